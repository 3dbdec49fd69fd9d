"""Use cases, one transaction each: what people, timers and messages can make happen."""
