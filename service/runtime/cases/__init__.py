"""A case: starting it, what is said in it, its record and dossier, and who sees it."""
