"""What kind of value an expression comes to, told without evaluating it.

`model` has the kinds, `infer` follows them through an expression, `functions` knows what each function takes
and gives, `sources` what forms, tables and facts hold, `scopes` what each variable of a process may hold.
"""
