"""Twelve steps in Viewflow. Runs in an environment of its own: `python -m viewflow_peer FILE PORT`."""
