"""Hanover's flip-dot signs."""
