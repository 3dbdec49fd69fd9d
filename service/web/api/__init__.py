"""The HTTP API: JSON over the same use cases as the screens.

One module per resource; each route is one decorated function (see `section`), described at
`/api/v1/openapi.json` from the same declaration.
"""
