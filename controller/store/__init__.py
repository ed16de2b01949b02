"""The truth on disk: `station.db` (SQLite). All SQL of the station lives in this room.

Every change and its journal line are one transaction; whoever makes a change rings afterwards.
Functions take the open transaction first and the instant of the change as `at`.
"""
