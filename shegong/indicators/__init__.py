"""Floor 9. Indicators declared as data, live tallies, readings, targets, and the way from a number to its records."""
