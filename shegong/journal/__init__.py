"""Floor 0. The append-only record of who did what, sealed by a hash chain, and the outbox. No foreign keys."""
