"""The officials' page in a browser: windows, signing in, and pages that are whole.

A click that leads to another page is done before that page is there, and a page is there before its scripts have run:
`leads` ends when the page that follows has loaded, scripts and all. `held_back` is a slow line.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect

from tests.support.chromium import CHROMIUM
from tests.support.web_pages import NAME, PASSWORD

PHONE, DESK = (360, 740), (1280, 800)
PATIENCE_MS = 30_000  # for a definite state of a page, on a busy machine too; it bounds nothing
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
expect.set_options(timeout=PATIENCE_MS)


def started(playwright: Playwright, *flags: str) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])


def window(
    browser: Browser, address: str, size: tuple[int, int] = PHONE, script: bool = True, touch: bool = False,
    permissions: tuple[str, ...] = (), timezone: str | None = None,
) -> BrowserContext:  # fmt: skip
    """Of somebody who has not been here before."""
    context = browser.new_context(
        base_url=address, viewport={"width": size[0], "height": size[1]}, locale="vi-VN", java_script_enabled=script,
        has_touch=touch, permissions=permissions, timezone_id=timezone,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    return context


@contextmanager
def leads(page: Page) -> Iterator[None]:
    """What is done here leads to another page; that one has loaded, and its scripts have run, when this ends."""
    with page.expect_navigation(wait_until="load"):
        yield


def sign_in_here(page: Page, name: str = NAME, password: str = PASSWORD) -> None:
    """On the page that asks who one is; ends on the page that was wanted."""
    page.fill("#name", name)
    page.fill("#password", password)
    with leads(page):
        page.click("main ~ footer button.primary")
    expect(page.locator("#sign-in")).to_have_count(0)


def signed_in(context: BrowserContext, to: str = "/", name: str = NAME) -> Page:
    """A new page, on which somebody has just signed in and come to `to`, an address of this station."""
    page = context.new_page()
    page.goto(to)
    expect(page.locator("#sign-in")).to_be_visible()
    sign_in_here(page, name)
    return page


def unlocked(page: Page, password: str = PASSWORD) -> None:
    """Through the door of residents' files, which asks for the password once more; the page behind it has loaded."""
    page.fill("main #password", password)
    with leads(page):
        page.click("main button.primary")


class HeldBack:
    """What a browser has asked for and does not get yet."""

    def __init__(self, page: Page) -> None:
        self._page, self._routes, self._over = page, list[Route](), False

    def __call__(self, route: Route) -> None:
        if self._over:
            route.continue_()
        else:
            self._routes.append(route)

    def asked(self) -> None:
        """Until it has been asked for."""
        for _ in range(PATIENCE_MS // 20):
            if self._routes:
                return
            self._page.wait_for_timeout(20)  # in which the browser's driver tells of it
        raise AssertionError("nothing has been asked for")

    def come(self) -> None:
        """It arrives at last, and whatever else is asked for from now on."""
        self.asked()
        self._over = True
        while self._routes:
            self._routes.pop().continue_()


@contextmanager
def held_back(page: Page, *names: str) -> Iterator[HeldBack]:
    """Static files, by their names, that do not come until they are let through."""
    held = HeldBack(page)
    for name in names:
        page.route(f"**/static/{name}?*", held)
    yield held
    for name in names:
        page.unroute(f"**/static/{name}?*")


def lost_once(page: Page, name: str) -> list[Route]:
    """The next time that it is asked for, it does not come."""
    lost: list[Route] = []

    def lose(route: Route) -> None:
        lost.append(route)
        route.abort()

    page.route(f"**{name}*", lose, times=1)
    return lost
