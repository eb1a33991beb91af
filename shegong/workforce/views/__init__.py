"""The workforce's pages: each fetches through a query and writes through an action."""
