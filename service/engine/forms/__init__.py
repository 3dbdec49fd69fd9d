"""The owners' forms: read, marked, woven of parts, told in English."""
