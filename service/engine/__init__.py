"""The process engine: the only package that imports SpiffWorkflow.

`definition.Model` is one checked manifest of diagrams, decision tables and forms; `check.check` says what a
manifest does that cannot run right.
`instance.Instance` is one running case on it: start or load, act, ask for its `Progress`.
Inside, `moving` asks an element of `nodes` what it wants (`results`) and `applying` does it; `moves` and
`modifying` are how tokens are placed and removed from outside.
`drawing` reads the drawings and `dialect` makes task specs of them. SpiffWorkflow supplies those, the task
tree and its states; what its own classes get wrong for approvals is replaced in `nodes` and `tokens`, each
with the reason.
"""
