"""A real Chromium before a real server. Where there is none, these tests say how to get it."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests import make

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
PHONE, DESK = 390, 1280


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands beside this file drives a browser."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file; its event loop must not outlive them in this thread."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("No Chromium here; install it: sudo apt-get install chromium")
    # Playwright's loop runs in this thread, where the tests also ask the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """``open_page(user=None, width=390)``: a page before the running server.

    At the end no page may have broken the content security policy or failed in a script.
    """
    contexts, complaints = [], []

    def complain(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            complaints.append(message.text)

    def open_one(user=None, *, width: int = PHONE) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844},
            has_touch=width == PHONE,
        )
        contexts.append(context)
        if user:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
            )
        page = context.new_page()
        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page_as(open_page: Callable[..., Page]) -> Callable[..., Page]:
    """``page_as(role, width=390, **staff)``: the page of a new member of staff, signed in."""

    def open_as(role: str, *, width: int = PHONE, **staff: object) -> Page:
        return open_page(make.staff(role, **staff), width=width)

    return open_as


@pytest.fixture
def apart() -> Callable[..., object]:
    """``apart(function, *args, **kwargs)``: call a service while a page is open.

    Playwright's loop owns this thread, and what nudges the live socket wants one without a loop.
    """

    def call(function: Callable[..., object], *args: object, **kwargs: object) -> object:
        def work() -> object:
            try:
                return function(*args, **kwargs)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(work).result()

    return call
