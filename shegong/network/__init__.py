"""Floor 2. Divisions, stations, organisations, and roles granted at a station. Not: what the stations do."""
