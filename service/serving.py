"""Running the service: what is missing is made, then screens, API and background work in one process."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any

from service import resources
from service.settings import Settings

THREADS = 8

log = logging.getLogger(__name__)


def with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return the settings with the address given on the command line, if any."""
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    return dataclasses.replace(settings, **given)


def run(settings: Settings, *, bootstrap: bool, embedded_worker: bool) -> int:
    """Serve until interrupted; return the exit code."""
    from waitress.server import create_server

    from service.app import create_app
    from service.jobs import attach
    from service.runtime.context import Application

    app = Application.open(settings)
    banner = make_ready(app) if bootstrap else ""
    jobs = attach(app)
    server = create_server(
        create_app(settings, application=app),
        host=settings.host,
        port=settings.port,
        threads=THREADS,
        ident=None,
        max_request_body_size=settings.upload_bytes + 1024 * 1024,
    )
    if embedded_worker:
        jobs.start_embedded()
    print(f"Countersign 会签: {settings.base_url}", flush=True)
    if banner:
        print(banner, flush=True)
    try:
        server.run()
    finally:
        server.close()
        jobs.stop()
        app.close()
    return 0


def make_ready(app: Any) -> str:
    """Migrate, deploy what this installation brings, seed an empty database; return what to print."""
    from service import demo

    app.db.migrate()
    note = deploy_installed(app)
    demo.seed(app)
    return "\n".join(filter(None, [note, demo.banner(app)]))


def deploy_installed(app: Any) -> str:
    """Deploy this installation's drawings and forms unless somebody has deployed by hand since.

    Returns a note when their deployment was left alone, else "".
    """
    from service.errors import NotFound
    from service.runtime import deployments
    from service.runtime.context import Actor

    # Its name is how we know later that nobody has deployed by hand.
    installer = Actor("system", "installer", "安装程序", frozenset({"admin"}), is_admin=True)
    files = resources.manifest_files()
    try:
        live = deployments.get(app, installer, app.live().deployment_id)
    except NotFound:
        deployments.deploy(app, installer, files)
        return ""
    if live.created_by != installer.name:
        return f"The live deployment is {live.created_by}'s: the installed drawings were left alone."
    gone = [file.name for file in live.files if file.name not in files]
    deployments.deploy(app, installer, files, remove=gone)
    return ""
