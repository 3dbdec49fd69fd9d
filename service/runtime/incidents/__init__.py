"""Incidents: where a case could not go on, and trying again."""
