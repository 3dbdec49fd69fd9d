"""Owners' files changed at random, as a slip or a clumsy hand changes them, and what becomes of each.

`python -m tests.engine.mutants --number 20000` changes drawings, tables and forms of the company: each is
checked, and what the check lets pass is played at random, reloaded at every step. `--approvals` does to every
decision what would take it away or lead past it, and says who notices. With `--record` the numbers are kept,
each run once, and `python -m tests.engine.conformance > docs/conformance.md` writes them down.

`drawings` and `files` change things, `playing` says what becomes of them, `approvals` are the decisions,
`results` the numbers.
"""
