"""Guides: what a resident is asked for one procedure, as data that officials write in a spreadsheet.

`model.py` is what a compiled guide is, `forms.py` asks its questions, `docs/guides.md` shows the spreadsheet. A guide
is compiled once, in a child with limits; from then on it is frozen, and named by its content's hash.
"""
