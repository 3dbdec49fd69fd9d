"""What is installed is whole: a wheel in an empty environment finds drawings, forms and assets."""

from __future__ import annotations

import configparser
import json
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from service import resources

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("service", "processes", "forms")
FILES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE")

LOOK = """
import json, pathlib, service
from service import resources
print(json.dumps({
    "package": str(pathlib.Path(service.__file__).parent),
    "deployable": sorted(resources.manifest_files()),
    "static": sorted(path.name for path in (resources.PACKAGE / "static").rglob("*") if path.is_file()),
}))
"""


SERVE = """
import re, sys
from service import resources
from service.app import create_app
from service.runtime.releases import deployments
from service.runtime.step.context import SYSTEM, Application
from service.runtime.wiring import open_application
from service.settings import Settings

settings = Settings.from_env({"COUNTERSIGN_DATA": sys.argv[1]})
app = open_application(settings)
app.db.migrate()
deployments.deploy(app, SYSTEM, resources.manifest_files())
client = create_app(settings, application=app).test_client()
page = client.get("/login").get_data(as_text=True)
assets = re.findall(r'"(/static/[^"]+)"', page)
print(client.get("/healthz").status_code, len(assets) > 0, {client.get(each).status_code for each in assets})
app.close()
"""


def packages():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return set(config["options"]["packages"].split())


def test_every_package_is_installed():
    there = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for path in (ROOT / "service").rglob("*.py")
        if "assets" not in path.parts
    }

    assert there | {"service.processes", "service.forms"} == packages()


def test_a_checkout_finds_its_drawings_and_forms():
    files = resources.manifest_files()

    assert {"approval_tier.dmn", "campaign.form", "organisation.yaml"} <= set(files)
    assert all(files.values())


def test_a_missing_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "service")

    with pytest.raises(resources.MissingResources, match="processes"):
        resources.processes()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy of the sources, so that nothing is left behind in the checkout."""
    copy = tmp_path_factory.mktemp("sources")
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in SOURCES:
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        ".",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        "out",
    ]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = (copy / "out").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The Python of a new environment that has the wheel, and borrows the dependencies of this one."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(
        subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    )
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


def test_the_wheel_brings_drawings_forms_and_assets(installed, tmp_path):
    done = subprocess.run([installed, "-c", LOOK], cwd=tmp_path, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)

    assert Path(found["package"]).is_relative_to(installed.parents[1])
    assert found["deployable"] == sorted(resources.manifest_files())
    assert "manifest.json" in found["static"], "build the assets first: python3 bootstrap.py prepare"


def test_the_wheel_serves_its_screens(installed, tmp_path):
    done = subprocess.run(
        [installed, "-c", SERVE, tmp_path / "var"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.stdout.strip() == "200 True {200}", done.stderr


def test_the_installed_drawings_pass_their_own_check(installed, tmp_path):
    code = (
        "from service import cli, resources\n"
        "raise SystemExit(cli.main(['check', str(resources.processes()), str(resources.forms())]))"
    )
    done = subprocess.run([installed, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_holds_no_sources_of_the_assets_and_no_tests(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    assert not [name for name in names if name.startswith(("tests/", "service/assets/"))]
    assert [name for name in names if name.endswith("LICENSE")]
