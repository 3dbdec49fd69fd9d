"""What moves tokens: elements asked and their answers applied, events, and moves from outside."""
