"""Everything the station stands on, looked at: `station` has the order, `examining` what a check is made of."""
