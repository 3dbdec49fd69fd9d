"""Running the service: what is missing is made, then screens, API and background work in one process."""

from __future__ import annotations

import dataclasses
import hashlib
import signal
import socket
import sys
from typing import Any

from service import resources
from service.errors import NotFound, ServiceError
from service.settings import Settings
from service.wording import Text

THREADS = 8


class AddressInUse(ServiceError):
    """The address to listen on is taken."""


def with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return the settings with the address given on the command line, if any."""
    return dataclasses.replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
    )


def run(
    settings: Settings, *, bootstrap: bool, embedded_worker: bool, demo: bool = True, past: bool = True
) -> int:
    """Serve until interrupted; return the exit code. AddressInUse when the port is taken.

    `past`: what is missing of the demo company's past year is played behind the service.
    """
    from service.app import create_app
    from service.beside import Beside
    from service.demo import behind as demo_year
    from service.demo.accounts import refuse_known_password
    from service.jobs import attach
    from service.runtime.wiring import open_application

    # First of all: nobody shall wait for a seeding only to learn that the port is taken.
    listener = _listen(settings)
    app = open_application(settings)
    jobs, beside, behind = None, Beside(), None
    try:
        banner = make_ready(app, with_demo=demo) if bootstrap else ""
        refuse_known_password(app)
        app.beside = beside
        jobs = attach(app)
        if bootstrap and demo and past:
            behind = demo_year.begin(app)
        server = _server(create_app(settings, application=app), listener, settings)
        if embedded_worker:
            jobs.start_embedded()
        # SIGTERM ends the loop as Ctrl-C does: what was begun is finished.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        print(f"Countersign 会签: {_address(settings, listener)}", flush=True)
        if banner:
            print(banner, flush=True)
        if behind is not None:
            print("The past year of the demo company is being played behind the service.", flush=True)
        server.run()
    finally:
        if behind is not None:
            behind.close()
        if jobs is not None:
            jobs.stop()
        listener.close()
        beside.close()
        app.close()
    return 0


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    if sys.platform != "win32":  # there it would let two servers share a port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        # From here on the port is ours; who connects early waits until the service is ready.
        listener.listen(128)
    except OSError as exc:
        listener.close()
        raise AddressInUse(
            Text(
                "Cannot listen on {host}:{port}: {strerror}. Choose another with --port or COUNTERSIGN_PORT.",
                host=settings.host,
                port=settings.port,
                strerror=str(exc.strerror),
            )
        ) from exc
    return listener


def _server(app: Any, listener: socket.socket, settings: Settings) -> Any:
    from waitress.server import create_server

    return create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        # Whose forwarding headers are believed the application decides (`web/proxies`), not the server.
        clear_untrusted_proxy_headers=False,
        # The application refuses what is too large in its own words; this is only a last bound.
        max_request_body_size=8 * settings.upload_bytes,
    )


def _address(settings: Settings, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return dataclasses.replace(settings, port=port).base_url


def make_ready(app: Any, *, with_demo: bool = True) -> str:
    """Migrate, deploy what this installation brings, seed an empty database; return what to print.

    Without the demo company an empty database gets an admin, whose password is told this once.
    """
    from service import demo
    from service.runtime.keeping import upgrading

    seeding = "; the first start seeds the demo company" if with_demo else ""
    print(f"Preparing the database{seeding} …", flush=True)
    upgrading.upgrade(app)
    note = deploy_installed(app)
    if not with_demo:
        return "\n".join(filter(None, [note, _found(app)]))
    demo.seed(app)
    return "\n".join(filter(None, [note, demo.banner(app)]))


def _found(app: Any) -> str:
    """Make the first account of an empty company and return what to print; "" when there is one."""
    from service.runtime.company import founding

    first = founding.found(app)
    if first is None:
        return ""
    account = f"管理员账号 admin account: {first.name}, 密码 password: {first.password}"
    once = "密码只显示这一次，登录后请修改。 Told this once: sign in and change it."
    lines = (account, once)
    return "\n".join(lines)


def deploy_installed(app: Any) -> str:
    """Deploy this installation's drawings and forms unless somebody has deployed by hand since.

    Returns a note when their deployment was left alone, else "".
    """
    from service.engine.organisation.rights import ADMIN
    from service.runtime.releases import deployments
    from service.runtime.step.context import Actor

    # Its name is how we know later that nobody has deployed by hand.
    installer = Actor("system", "installer", "安装程序", frozenset({ADMIN}), is_admin=True)
    files = resources.manifest_files()
    try:
        live = deployments.get(app, installer, app.live().deployment_id)
    except NotFound:
        deployments.deploy(app, installer, files)
        return ""
    if live.created_by != installer.name:
        return f"The live deployment is {live.created_by}'s: the installed drawings were left alone."
    if {file.name: file.sha256 for file in live.files} == {name: _sha256(files[name]) for name in files}:
        return ""
    gone = [file.name for file in live.files if file.name not in files]
    deployments.deploy(app, installer, files, remove=gone)
    return ""


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
