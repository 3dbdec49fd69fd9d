"""What instances were like: how long their activities and the deciding took. Knows nothing of marketing."""
