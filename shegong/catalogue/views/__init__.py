"""The catalogue's pages: services, and forms."""
