"""Screens: thin Flask blueprints over the use cases of `runtime`, one per group of screens."""
