"""The whole product for browser tests: a real `shegong serve` over the small demonstration city, and a real Chromium.

The server is started the way a user starts it, so its web processes run under the unprivileged database role. Nothing
here touches the tests' own database: what a test wants to know it asks the pages, the API or the command.
"""

import json
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from shegong.config.postgres import EmbeddedPostgres
from tests.chromium import launched
from tests.config.serving import Serving, free_port, shegong

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Site:
    """A served demonstration city. `accounts` are those of demo-accounts.json by name: the role's."""

    address: str
    home: Path
    port: int
    accounts: dict[str, dict[str, str]]

    def command(self, *arguments: str) -> str:
        """What a `shegong` command prints."""
        done = shegong(*arguments, home=self.home, port=self.port)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="package")
def live_site() -> Iterator[Site]:
    """The small demonstration city, served by the real processes. Made once for all browser tests: whoever changes
    something must not count on being the first.
    """
    with tempfile.TemporaryDirectory(prefix="shegong-site-") as folder:
        home, port = Path(folder) / "home", free_port()
        with EmbeddedPostgres(home, durable=False).running():
            made = shegong("demo", "--size", "small", home=home, port=port)
            assert made.returncode == 0, made.stderr
            accounts = json.loads((home / "demo-accounts.json").read_text())
            serving = Serving(home, port)
            try:
                yield Site(f"http://127.0.0.1:{port}", home, port, {each["username"]: each for each in accounts})
            finally:
                assert serving.end(signal.SIGTERM) == 0, "\n".join(serving.lines)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One for all browser tests."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


Opener = Callable[..., Page]


@pytest.fixture
def open_tab(chromium: Browser, live_site: Site) -> Iterator[Opener]:
    """Opens tabs, each of a person of its own: `open_tab()` a phone's, `open_tab(DESK)` an office's, with Playwright's
    other context options. Whatever the content policy refuses or a script stumbles over fails the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(viewport: dict[str, int] = PHONE, **options: Any) -> Page:
        settings: dict[str, Any] = {"base_url": live_site.address, "viewport": viewport, "locale": "zh-CN", **options}
        context = chromium.new_context(**settings)
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
        return tab

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(tab: Page, site: Site, role: str) -> Page:
    """Sign in as the demonstration's account of a role, and be on the first page."""
    account = site.accounts[role]
    tab.goto("/accounts/sign-in/")
    tab.fill("[name=username]", account["username"])
    tab.fill("[name=password]", account["password"])
    tab.press("[name=password]", "Enter")
    tab.locator("[data-sign-out]").wait_for(state="attached")
    return tab


@contextmanager
def counted_taps(tab: Page) -> Iterator[list[str]]:
    """What is tapped inside the block, as the page itself hears it: fingers down, not what scripts do."""
    taps: list[str] = []
    name = f"heardTap{len(tab.context.pages)}"
    tab.expose_function(name, lambda words: taps.append(words))
    # The policy forbids evaluated strings in the page's world, so the listener is put there before scripts run.
    tab.add_init_script(
        "document.addEventListener('pointerdown', (event) => "
        f"window.{name}(event.target.textContent.trim().slice(0, 20)), true);"
    )
    tab.reload()
    yield taps
