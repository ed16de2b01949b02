"""What hangs on the wall beside the station: relays, the stop switch, the emergency button."""
