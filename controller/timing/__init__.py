"""From rules to utterances: what comes (`outlook`, `upcoming`), what is put in line (`planning`, `timekeeping`), by a
clock that can be believed (`clock_trust`); what officials change of single occurrences (`occurrences`)."""
