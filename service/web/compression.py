"""Pages and JSON made smaller on their way. (Built files are compressed by the build: see `assets`.)

Only answers to GET are compressed, and only those sent whole: downloads and streams go as they are. A secret
(a new token) is told in the answer to a POST alone, so no page mixes a secret with what a stranger could have
put into its address, and the length of a compressed answer tells nobody anything.
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

_TEXTS = frozenset(
    {
        "application/json",
        "application/problem+json",
        "application/xml",
        "application/x-yaml",
        "image/svg+xml",
        "text/css",
        "text/csv",
        "text/html",
        "text/javascript",
        "text/plain",
        "text/xml",
    }
)
_SMALLEST_BYTES = 1000
"""Below that one packet carries it anyway."""
_LEVEL = 5
_WITHOUT_BODY = frozenset({204, 206, 304})


def install(app: Flask) -> None:
    """Compress what the views of `app` answer."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Return the response gzipped where that helps and harms nobody: see the module."""
    if not _is_compressible(response):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings.quality("gzip"):
        return response
    # Level 5 of zlib costs a page a millisecond; the higher ones cost more than they save.
    response.set_data(gzip.compress(response.get_data(), _LEVEL, mtime=0))
    response.content_encoding = "gzip"
    tag, _is_weak = response.get_etag()
    if tag is not None:
        # The bytes are others than those the tag was made of.
        response.set_etag(tag, weak=True)
    return response


def _is_compressible(response: Response) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and response.mimetype in _TEXTS
        and response.status_code not in _WITHOUT_BODY
        and not (response.is_streamed or response.direct_passthrough)
        and "Content-Encoding" not in response.headers
        and "Content-Disposition" not in response.headers
        and len(response.get_data()) >= _SMALLEST_BYTES
    )
