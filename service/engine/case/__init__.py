"""The facts of a case: what `case.yaml` declares, their kinds, and how one step sees them."""
