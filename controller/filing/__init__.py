"""Residents' files: taken in sealed (`receiving`), opened and decided (`desk`), by whom and for how long (`keys`,
`sittings`, `trust`), kept and deleted (`care`), printed (`papers`)."""
