"""How fast and how small: `make bench`, or `python -m bench sound`. Tables only; nothing here passes or fails."""
