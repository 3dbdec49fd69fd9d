"""Deployments: what is live, what two of them differ in, and moving running cases onto another."""
