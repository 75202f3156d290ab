"""The sandbox's page in a browser, in the words of a test."""

import re
import struct
import zlib

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.sandbox import Sandbox

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


async def opened(browser: Browser, sandbox: Sandbox, width: int = 1280, height: int = 800) -> Page:
    """The page, with every error of its own made fatal."""
    page = await browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    page.on("pageerror", lambda error: pytest.fail(f"The page failed: {error}"))
    await page.goto(sandbox.page_url)
    await page.locator("body.is-ready").wait_for()
    return page


def pane(page: Page, platform: str) -> Locator:
    return page.locator(f".pane-{platform}")


async def become(within: Locator, name: str) -> None:
    await within.get_by_role("radio", name=re.compile(name)).click()
    await expect(within.locator(".about")).to_contain_text(f"You are {name}")


async def enter(within: Locator, room: str) -> None:
    await within.get_by_role("navigation").get_by_title(room, exact=True).click()
    await expect(within.locator(".conversation-head h3").locator("visible=true").first).to_contain_text(room)


async def say(within: Locator, text: str) -> None:
    box = within.locator(".composer-input").locator("visible=true").last
    await box.fill(text)
    await box.press("Enter")
    await expect(box).to_have_value("")


def message(within: Locator, text: str) -> Locator:
    return within.locator(".message").locator("visible=true").filter(has_text=text).last


def small_picture() -> bytes:
    """A red PNG of 40 by 30 pixels."""
    rows = b"".join(b"\0" + b"\xc8\x40\x30" * 40 for _ in range(30))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
