"""A case by API, from intake to follow-up, and what is refused on the way."""
