"""What kind of value an expression comes to, told without evaluating it.

`model` has the kinds, `infer` follows them through an expression with a `reader` and the rules of
`reckoning`, `comparing`, `holding` and `calling`; `functions` and `operators` know what is taken and given,
`sources` what forms, tables and facts hold, `written` which times can be read.
"""
