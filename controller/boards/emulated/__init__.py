"""Boards in software: the far end of a line, and what they leave behind."""
