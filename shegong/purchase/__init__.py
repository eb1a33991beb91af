"""Floor 5. Funds and the contracts by which services are bought from agencies."""
