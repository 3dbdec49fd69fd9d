"""Pure arithmetic and comparisons of the campaign business: no storage, no clock, no network."""
