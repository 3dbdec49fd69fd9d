"""The company itself: who works here, groups and calendar as declared, and what is still missing to begin."""
