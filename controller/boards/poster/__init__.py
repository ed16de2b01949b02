"""The pages of a large screen."""
