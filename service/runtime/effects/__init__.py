"""What reaches beyond one case: queued in a step, done after its commit."""
