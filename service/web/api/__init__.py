"""The HTTP API: JSON over the same use cases as the screens.

One module per resource; each route is one decorated function (see `section`), described at
`/api/v1/openapi.json` from the same declaration.
"""

from __future__ import annotations

from flask import Flask

PREFIX = "/api/v1"


def install(app: Flask) -> None:
    """Serve every operation below /api/v1."""
    from service.web.api.document import describe, sections

    for section in sections():
        for operation in section.operations:
            app.add_url_rule(
                PREFIX + operation.rule,
                endpoint=f"api.{operation.name}",
                view_func=operation,
                methods=[operation.method],
            )
    app.add_url_rule(f"{PREFIX}/openapi.json", endpoint="api.openapi", view_func=describe)
