"""A running company for the browser: the real server, a clock that can be moved, and people's desks."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect
from waitress.server import create_server

from service import resources
from service.app import create_app
from service.demo import accounts
from service.runtime.releases import deployments
from service.runtime.scenarios.answers import Answers
from service.runtime.step.context import SYSTEM, Application
from service.runtime.time import timers
from tests.browser import hands
from tests.browser.others import clear_the_way
from tests.conftest import Clock

DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


class Office:
    """The company at work. `desk(name)` is somebody's browser; `until(moment)` lets time pass."""

    def __init__(
        self,
        app: Application,
        clock: Clock,
        browser: Browser,
        *,
        pictures: Path | None = None,
        phones: Collection[str] = (),
        others: Answers | None = None,
    ) -> None:
        self.app, self.clock, self.browser, self.pictures = app, clock, browser, pictures
        self.others = others or Answers()
        self.phones = frozenset(phones)
        self._contexts: dict[str, BrowserContext] = {}
        self._pictured = 0
        self.errors: list[str] = []
        deployments.deploy(app, SYSTEM, resources.manifest_files())
        accounts.hire(app)
        self._server = create_server(create_app(app.settings, application=app), host="127.0.0.1", port=0)
        self.address = f"http://127.0.0.1:{self._server.effective_port}"
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()
        self._server.task_dispatcher.shutdown()
        self._server.close()
        self._thread.join(timeout=5)

    def until(self, moment: datetime) -> None:
        """Let time pass, with everything that falls due meanwhile."""
        self.clock.set(moment)
        timers.run_due(self.app)
        for context in self._contexts.values():
            context.clock.set_fixed_time(moment)

    def desk(self, name: str, path: str = "/tasks") -> Page:
        """Return somebody's browser on a page; they sign in by hand when they have to."""
        timers.run_due(self.app)
        context = self._contexts.get(name) or self._open(name)
        page = context.pages[0] if context.pages else self._watched(context.new_page())
        page.goto(self.address + path)
        if "/login" in page.url:
            page.get_by_label("用户名").fill(name)
            page.get_by_label("密码").fill(accounts.LOCAL_PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_url(f"**{path}")
        return page

    def do(
        self, name: str, task: str, answers: Mapping[str, Any], *, of: str = "", button: str = "提交"
    ) -> Page:
        """Somebody finds a task on their list, fills in its form and hands it in; return their page."""
        page = self.open_task(name, task, of=of)
        hands.fill(page, answers)
        self.picture(page, task)
        self.hand_in(page, button)
        return page

    def has(self, name: str, task: str) -> bool:
        """Whether somebody finds such a task on their list."""
        return self.desk(name).locator("#tasks li").filter(has_text=task).count() > 0

    def open_task(self, name: str, task: str, *, of: str = "") -> Page:
        """Somebody finds a task on their list, claims it where it is their group's, and opens it.

        What owners have put in its way since is answered first, by others.
        """
        clear_the_way(self.app, self.others, name, task)
        page = self.desk(name)
        row = page.locator("#tasks li").filter(has_text=task).filter(has_text=of).first
        expect(row, f"{name} has no task {task}").to_be_visible()
        row.get_by_role("link", name=task).first.click()
        claim = page.get_by_role("button", name="认领", exact=True)
        if claim.count():
            with page.expect_navigation():
                claim.click()
        expect(page.locator("html[data-form=ready]")).to_be_attached(timeout=15_000)
        return page

    def hand_in(self, page: Page, button: str = "提交") -> None:
        """Press the button, or that of the conclusion which was chosen, and see that it was accepted."""
        chosen = page.locator("[data-conclude].is-chosen")
        pressed = chosen if chosen.count() else page.get_by_role("button", name=button, exact=True)
        word = pressed.inner_text()
        pressed.click()
        sure = page.get_by_role("dialog").get_by_role("button", name=word, exact=True)
        page.wait_for_timeout(200)
        if sure.count():
            sure.click()
        board = page.locator("[data-form-notices] .notice")
        page.wait_for_function(
            "() => /done=|started=/.test(location.search)"
            " || document.querySelector('[data-form-notices] .notice')"
        )
        assert not board.count(), f"refused: {board.inner_text()}"
        page.wait_for_load_state()

    def picture(self, page: Page, name: str) -> None:
        """Keep a picture of the whole page, where pictures are wanted."""
        if self.pictures is not None:
            self._pictured += 1
            page.screenshot(path=self.pictures / f"{self._pictured:03d}-{name}.png", full_page=True)

    def _open(self, name: str) -> BrowserContext:
        context = self.browser.new_context(
            **(PHONE if name in self.phones else DESKTOP), locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.clock.set_fixed_time(self.clock())
        self._contexts[name] = context
        return context

    def _watched(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.errors.append(f"{page.url}: {error}"))
        page.on("console", self._hear)
        page.on("response", self._see)
        return page

    def _hear(self, line: ConsoleMessage) -> None:
        # Of refused requests the browser says less than the response does.
        if line.type == "error" and not line.text.startswith("Failed to load resource"):
            self.errors.append(line.text)

    def _see(self, response: Response) -> None:
        # A draft on its way while its answers are handed in comes too late; the page knows that.
        if response.status >= 400 and not response.url.endswith("/draft"):
            self.errors.append(f"{response.status} {response.url}")
