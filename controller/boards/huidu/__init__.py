"""Huidu's LED controllers."""
