"""What went wrong and a person must know: which journal lines (`alarms`), in which letter (`letters`), by whom
(`workers`, `mail`)."""
