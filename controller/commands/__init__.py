"""The `loalang` command, by subject. Thin: each asks the room that knows and prints the answer."""
