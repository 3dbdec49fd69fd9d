"""The mark of the service, for browser tabs."""

from __future__ import annotations

from flask import Blueprint, Response

from service.web.assets import ONE_YEAR

blueprint = Blueprint("brand", __name__)

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="8" fill="#1f5fae"/>'
    '<path d="M9 16.5l4.5 4.5L23 11" fill="none" stroke="#fff" stroke-width="3"/></svg>'
)


@blueprint.get("/icon.svg")
def icon() -> Response:
    return Response(ICON, mimetype="image/svg+xml", headers={"Cache-Control": ONE_YEAR})
