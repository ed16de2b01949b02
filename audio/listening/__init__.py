"""Whether the sound came out: what the sink says, and what a monitor input hears."""
