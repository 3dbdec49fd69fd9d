"""Every operation of the API, served."""

from __future__ import annotations

from flask import Flask

from service.web.api.document import describe, sections
from service.web.api.section import PREFIX


def install(app: Flask) -> None:
    """Serve every operation, and the document that describes them."""
    for section in sections():
        for operation in section.operations:
            app.add_url_rule(
                PREFIX + operation.rule,
                endpoint=f"api.{operation.name}",
                view_func=operation,
                methods=[operation.method],
            )
    app.add_url_rule(f"{PREFIX}/openapi.json", endpoint="api.openapi", view_func=describe)
