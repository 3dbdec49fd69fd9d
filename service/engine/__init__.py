"""The process engine: the only package that imports SpiffWorkflow.

`definition.Model` is one checked manifest of diagrams, decision tables and forms; `check.check` says what a
manifest does that cannot run right. `instance.Instance` is one running case on it: start or load, act, ask
for its `Progress`.

- What owners write: `files` (shared by all readers), `drawing`, `case`, `forms`, `organisation`, `decisions`.
- What runs: `dialect` makes task specs of a drawing; `nodes` are its elements, each answering what it wants;
  `tokens` is the token tree of a case and its snapshot; `motion` moves tokens, from inside and from outside.

SpiffWorkflow supplies the specs, the task tree and its states; what its own classes get wrong for approvals
is replaced in `nodes` and `tokens`, each with the reason.
"""
