"""Hours before: what is brought or written becomes the one file that will be broadcast."""
