"""Keeping the record and the data: audit, backup, idempotency, housekeeping."""
