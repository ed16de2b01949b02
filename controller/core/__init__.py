"""The station's words, pure: no I/O, no clock of its own, no threads, no third parties."""
