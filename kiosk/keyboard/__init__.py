"""The on-screen keyboard: what a key does to the text (`typing.py`), and where the keys are (`layout.py`). Pure.

Scanner bursts never come here: they are happenings, not keys.
"""
