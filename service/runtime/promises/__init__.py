"""What the company promises of a case under way: which acts would set it aside, and who agreed to that."""
