"""Checks of the station: unit, contract, flow, golden, crash."""
