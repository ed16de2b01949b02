"""Texts, pictures and what nobody writes, as pages of lamps."""
