"""Cases put right by an admin's hand, each time with a reason and on record."""
