"""The process engine: the only package that imports SpiffWorkflow.

`definition.Model` is one checked manifest of diagrams, decision tables and forms.
`instance.Instance` is one running case on it: start or load, act, ask for its `Progress`.
`check.check` says what a manifest does that cannot run right.
SpiffWorkflow parses the drawings into task specs and supplies the task tree and its states;
what its own classes get wrong for approvals is replaced in `specs` and `tokens`, each with the reason.
"""
