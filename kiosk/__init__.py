"""The kiosk: what a resident sees and touches. Flow and scenes are pure; paint and touch are pygame's."""
