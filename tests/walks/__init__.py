"""Campaigns walked over HTTP by a driver that knows form schemas and the API, and nothing of the drawings.

`filling` fills in a form from its schema alone, `people` are the demo cast signed in, `walk` is one campaign
they bring along, `journeys` are the ways it goes and what has to be true afterwards.
`python -m tests.walks` walks all of them, `python -m tests.walks splitting --database postgresql` some.
"""
