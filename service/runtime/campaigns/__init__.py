"""What is about marketing: figures, load, allowances, the archive. The rest of `runtime` does not know it."""
