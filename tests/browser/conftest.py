"""A real browser over a real server: one Chromium, one company, a fresh window per test.

What a page does wrong unseen (an error in a script, a breach of the content security policy) fails the test.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from waitress.server import create_server

from tests.conftest import PASSWORD
from tests.lacking import give_up
from tests.web.company import Company, open_company

MANIFEST = Path(__file__).resolve().parents[2] / "service" / "static" / "dist" / "manifest.json"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def company(
    tmp_path_factory: pytest.TempPathFactory, _migrated_sqlite: Path, _cheap_passwords: None
) -> Iterator[Company]:
    """A company with the shipped processes, behind a server."""
    opened = open_company(tmp_path_factory.mktemp("company"), _migrated_sqlite)
    yield opened
    opened.app.close()


@pytest.fixture(scope="session")
def address(company: Company) -> Iterator[str]:
    """The address of the running server."""
    server = create_server(company.flask, host="127.0.0.1", port=0, threads=6)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests: that of the system, else playwright's own."""
    if not MANIFEST.exists():
        give_up("the browser assets are not built: npm ci && npm run build")
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        if found is None and not Path(playwright.chromium.executable_path).exists():
            give_up("no Chromium on this machine")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Window:
    """A browser window of one person: its own cookies, and a list of what went wrong in its pages."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.complaints: list[str] = []
        self.page = self.open_tab()

    def open_tab(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        # A refused request is logged by the browser too; the tests ask for those on purpose.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, name: str) -> Window:
        page = self.go("/login")
        page.fill("#username", name)
        page.fill("#password", PASSWORD)
        page.click("main button.primary")
        page.wait_for_url("**/tasks*")
        return self

    def open_form(self, path: str) -> Page:
        page = self.go(path)
        page.wait_for_selector("html[data-form=ready]")
        return page

    def open_diagram(self, path: str) -> Page:
        page = self.go(path)
        page.wait_for_selector("html[data-diagram=ready]")
        return page


@pytest.fixture
def window(chromium: Browser, address: str) -> Iterator[Callable[..., Window]]:
    """Opens windows: `window("linyue")`, `window("linyue", size=PHONE)`, `window()` for nobody."""
    opened: list[Window] = []

    def make(name: str | None = None, *, size: dict[str, int] = DESK, zone: str = "Asia/Shanghai") -> Window:
        is_phone = size is PHONE
        context = chromium.new_context(
            viewport=size, locale="zh-CN", timezone_id=zone, is_mobile=is_phone, has_touch=is_phone
        )
        opened.append(Window(context, address))
        return opened[-1].sign_in(name) if name else opened[-1]

    yield make
    complaints = [each for one in opened for each in one.complaints]
    for one in opened:
        one.context.close()
    assert complaints == []
