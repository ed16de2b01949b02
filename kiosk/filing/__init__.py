"""Guided filing: a resident files a service step by step. `flow.py` decides, `scenes.py` shows, `saying.py` speaks.

All pure: one frozen `state.Filing` holds everything of it, and is gone when the visit is.
"""
