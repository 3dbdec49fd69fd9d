"""A step: one instance, under its lock, in one transaction. Everything else in `runtime` stands on it."""
