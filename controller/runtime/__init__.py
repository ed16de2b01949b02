"""What every process stands on: configuration, clocks, doorbell, workers, watchdog, logs, files."""
