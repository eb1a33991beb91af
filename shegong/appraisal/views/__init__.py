"""Pages: the library, standards, self-checks, and the way to the target."""
