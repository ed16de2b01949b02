"""The sound: prepared, played, and proven to have been heard. One process for each output; knows neither page, boards
nor the alarm clock."""
