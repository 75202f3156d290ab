"""Take the pictures of docs/what-it-looks-like.md from the sandbox's page, with the whole bot behind it.

The content, the size, the language and the time zone are fixed, and every message is shown as of 9:41 AM. The fonts
are the machine's: take them where Liberation Sans and Noto Color Emoji are installed, or they look a little different.
"""

import asyncio
import base64
import io
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from playwright.async_api import Browser, Locator, Page, async_playwright

from bot.settings import Settings
from bot.trying_out import make_sandbox
from sandbox.discord import DiscordServer
from sandbox.sandbox import PLATFORMS, Sandbox
from sandbox.slack import SlackServer
from sandbox.surface import Message, Server
from sandbox.telegram import TelegramServer
from scripts import picture_story as story

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
CUSTOMERS = {"slack": "Carla", "discord": "Mia", "telegram": "Dana"}
AGENTS = {"slack": "Ana", "discord": "Sam", "telegram": "Tom"}
NAMES = {"slack": "Slack", "discord": "Discord", "telegram": "Telegram"}
WIDTH, HEIGHT, COLUMN = 640, 2400, 430
"""Of the page, and of one view of it in a picture, in CSS pixels."""
SCALE = 1.5
PATIENCE_SECONDS = 60
QUIET_SECONDS = 0.7
QUALITY = 84
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")

Found = TypeVar("Found")


@dataclass(frozen=True)
class Seat:
    """Somebody in a room."""

    server: Server
    person: str
    name: str
    room: str

    @property
    def platform(self) -> str:
        return self.server.name

    def messages(self) -> list[Message]:
        return self.server.messages(self.person, self.room)

    def ids(self) -> list[str]:
        return [one.id for one in self.messages()]

    async def press(self, label: str) -> None:
        """Press the newest button that is called so."""

        def find() -> tuple[str, str] | None:
            offered = ((one.id, button) for one in reversed(self.messages()) for button in one.buttons)
            return next(((message, button.id) for message, button in offered if button.label == label), None)

        message, button = await until(find, f"a button {label} on {self.platform}")
        await self.server.press(self.person, self.room, message, button)

    async def hears(self, words: str) -> Message:
        def find() -> Message | None:
            return next(
                (one for one in reversed(self.messages()) if words in one.text.replace("*", "")), None
            )

        return await until(find, f"{words!r} for {self.name} on {self.platform}")


async def until(find: Callable[[], Found | None], what: str) -> Found:
    for _ in range(PATIENCE_SECONDS * 20):
        if found := find():
            return found
        await asyncio.sleep(0.05)
    raise TimeoutError(f"There was never {what}.")


async def is_quiet(*seats: Seat) -> None:
    """Wait until nothing more is said in these rooms: what a message looks like depends on the one before it."""
    before: list[int] = []
    for _ in range(PATIENCE_SECONDS):
        if before == (now := [len(seat.messages()) for seat in seats]):
            return
        before = now
        await asyncio.sleep(QUIET_SECONDS)


# -- what happens


def customer_on(sandbox: Sandbox, platform: str) -> Seat:
    return _seat(sandbox.servers[platform], CUSTOMERS[platform], lambda room: room.kind == "dm")


def _seat(server: Server, name: str, is_it: Callable[[Any], bool]) -> Seat:
    person = next(one for one in server.people() if one.name.startswith(name))
    room = next(one for one in server.rooms(person.id) if is_it(one))
    return Seat(server, person.id, person.name, room.id)


async def claimed(sandbox: Sandbox, customer: Seat, title: str) -> Seat:
    """The customer asks for a person, an agent takes the ticket: the agent in its thread."""
    server = customer.server
    commands = server.commands(customer.person, customer.room)
    name = next(one.name for one in commands if one.name.endswith("ticket"))
    await server.command(customer.person, customer.room, name, title)
    desk = sandbox.servers[sandbox.staff_platform]
    agent = await until(lambda: _thread(desk, AGENTS[desk.name], title), f"the ticket {title!r}")
    await agent.press("Claim")
    await customer.hears("is helping you now")
    return agent


def _thread(desk: Server, agent: str, title: str) -> Seat | None:
    person = next(one for one in desk.people() if one.name.startswith(agent))
    for room in desk.rooms(person.id):
        if isinstance(desk, SlackServer):
            cards = [
                one for one in desk.messages(person.id, room.id) if title in one.text and one.author.is_bot
            ]
            if room.name.endswith("support-desk") and cards:
                return Seat(desk, person.id, person.name, f"{room.id}:{cards[0].id}")
        elif room.parent and title in room.name:
            return Seat(desk, person.id, person.name, room.id)
    return None


async def complains(customer: Seat, agent: Seat) -> None:
    """The customer's long message, with everything their platform can say."""
    server = customer.server
    if isinstance(server, TelegramServer):
        text, entities = story.telegram()
        await server.say(customer.person, customer.room, text, entities=entities)
    elif isinstance(server, SlackServer):
        text, blocks = story.slack()
        await server.say(customer.person, customer.room, text, blocks=blocks)
    else:
        await server.say(customer.person, customer.room, story.DISCORD)
    await agent.hears("does not help")


async def shows(customer: Seat, agent: Seat) -> None:
    """An album, a file, a voice message, an answer, and words that were changed."""

    async def say(text: str, **more: Any) -> str:
        return await customer.server.say(customer.person, customer.room, text, **more)

    asked = await customer.hears("Which of them is it?")
    await say("From three sides", files=story.photographs())
    await agent.hears("From three sides")
    count = len(agent.messages())
    await say("", files=(story.receipt(),))
    await until(lambda: len(agent.messages()) > count, "the receipt")
    await say("", files=(story.voice(),))
    await until(lambda: len(agent.messages()) > count + 1, "the voice message")
    await say("The one in the middle", reply_to=asked.id)
    await agent.hears("The one in the middle")
    wrong = await say("I need it by Fryday")
    await agent.hears("I need it by Fryday")
    await customer.server.edit(customer.person, customer.room, wrong, "I need it by Friday")
    await agent.hears("I need it by Friday")


# -- what is taken


async def open_page(browser: Browser, sandbox: Sandbox) -> Page:
    context = await browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT},
        device_scale_factor=SCALE,
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="UTC",
    )
    page = await context.new_page()
    await page.goto(sandbox.page_url)
    await page.locator("body.is-ready").wait_for()
    fonts = '"Liberation Sans", Arial, sans-serif'
    await page.evaluate("(fonts) => document.documentElement.style.setProperty('--sans', fonts)", fonts)
    return page


async def enter(page: Page, seat: Seat) -> Locator:
    """Bring the seat's room to the front, and return its messages."""
    await page.get_by_role("group", name="Panes").get_by_role("button", name=NAMES[seat.platform]).click()
    pane = page.locator(f".pane-{seat.platform}")
    await pane.get_by_role("radio", name=re.compile(re.escape(seat.name))).click()
    room, _, thread = seat.room.partition(":")
    if seat.platform == "slack" and thread:
        # A thread of Slack is opened from the message that it hangs on.
        await pane.locator(f'.room[data-room="{room}"]').click()
        await pane.locator(f'.main [data-message="{thread}"] .thread-bar').click()
        return pane.locator(".side .messages-inner")
    await pane.locator(f'.room[data-room="{seat.room}"]').click()
    return pane.locator(".main .messages-inner")


async def take(page: Page, seat: Seat, ids: list[str]) -> bytes:
    """The messages with these ids, as one picture of the column they stand in."""
    inner = await enter(page, seat)
    found = [inner.locator(f'[data-message="{one}"], [data-parts~="{one}"]').first for one in ids]
    await found[-1].wait_for()
    await page.mouse.move(0, 0)
    await inner.evaluate(
        """async (inner, ids) => {
          const isWanted = ({ message, parts = "" }) => ids.some((id) => [message, ...parts.split(" ")].includes(id));
          for (const row of inner.children) row.style.visibility = isWanted(row.dataset) ? "" : "hidden";
          document.querySelectorAll(".toasts").forEach((toasts) => (toasts.style.visibility = "hidden"));
          for (const time of inner.querySelectorAll("time:not(.moment)")) time.textContent = "9:41 AM";
          for (const image of inner.querySelectorAll("img")) image.loading = "eager";
          await Promise.all([...inner.querySelectorAll("img")].map((image) => image.decode().catch(() => undefined)));
        }""",
        ids,
    )
    boxes = [box for box in [await one.bounding_box() for one in found] if box]
    top = min(box["y"] for box in boxes) - 8
    bottom = max(box["y"] + box["height"] for box in boxes) + 8
    clip = {"x": boxes[0]["x"], "y": top, "width": boxes[0]["width"], "height": bottom - top}
    return await page.screenshot(clip=clip, animations="disabled", caret="hide")  # type: ignore[arg-type] # a FloatRect


async def compose(browser: Browser, views: list[tuple[str, bytes]], name: str) -> None:
    """Put the views side by side, two in a row, under their captions, and write docs/pictures/<name>.webp."""
    page = await browser.new_page(
        viewport={"width": 2 * COLUMN + 60, "height": 800}, device_scale_factor=SCALE
    )
    figures = "".join(
        f'<figure><figcaption>{caption}</figcaption><img width="{COLUMN}" '
        f'src="data:image/png;base64,{base64.b64encode(picture).decode()}"></figure>'
        for caption, picture in views
    )
    await page.set_content(f"<style>{_SHEET}</style><main>{figures}</main>")
    await page.wait_for_function("[...document.images].every((one) => one.complete)")
    shot = Image.open(io.BytesIO(await page.locator("main").screenshot()))
    await page.close()
    FOLDER.mkdir(exist_ok=True)
    shot.convert("RGB").save(FOLDER / f"{name}.webp", "WEBP", quality=QUALITY, method=6)


_SHEET = f"""
body {{ margin: 0; background: #f3f1ec; font: 600 14px "Liberation Sans", Arial, sans-serif; color: #3b4037; }}
main {{ display: grid; grid-template-columns: repeat(2, {COLUMN}px); gap: 18px 20px; padding: 16px 20px 20px;
        width: fit-content; align-items: start; }}
figure {{ margin: 0; }}
figcaption {{ padding: 0 2px 7px; }}
img {{ display: block; border: 1px solid #dcd8cd; border-radius: 10px; }}
"""


# -- all of it


Views = dict[tuple[str, str], list[tuple[str, bytes]]]
"""By who sent it and what it is: the views of it, with their captions."""


async def with_staff_on(browser: Browser, sandbox: Sandbox, views: Views) -> None:
    """Play the story for a customer on each platform, and add what is seen of it."""
    page = await open_page(browser, sandbox)
    for platform in PLATFORMS:
        customer = customer_on(sandbox, platform)
        agent = await claimed(sandbox, customer, f"A table of {CUSTOMERS[platform]}")
        for kind, happens in (("words", complains), ("files", shows)):
            for question in story.QUESTIONS[kind]:
                await agent.server.say(agent.person, agent.room, question)
                await customer.hears(question)
            await is_quiet(customer, agent)
            before = (len(customer.ids()), len(agent.ids()))
            await happens(customer, agent)
            await is_quiet(customer, agent)
            seen = views.setdefault((platform, kind), [])
            if not seen:
                shot = await take(page, customer, customer.ids()[before[0] :])
                seen.append((f"{customer.name} writes on {NAMES[platform]}", shot))
            shot = await take(page, agent, agent.ids()[before[1] :])
            seen.append((f"{agent.name} reads on {NAMES[agent.platform]}", shot))
    await page.context.close()


async def wait_for_bot(sandbox: Sandbox) -> None:
    discord = sandbox.servers["discord"]
    await until(lambda: isinstance(discord, DiscordServer) and discord.is_connected, "a bot")
    # Its commands are there once it has told them.
    seat = customer_on(sandbox, "discord")
    await until(lambda: discord.commands(seat.person, seat.room) or None, "commands")


async def main() -> int:
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        print("No Chromium is found: install one.")
        return 1
    folder = Path(tempfile.mkdtemp(prefix="allhands-pictures-"))
    settings = Settings()
    sandbox = make_sandbox(settings, "127.0.0.1", 0, PLATFORMS[0], folder)
    views: Views = {}
    await sandbox.start()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=found, args=["--no-sandbox", "--disable-gpu"]
            )
            for staff in PLATFORMS:
                if staff != sandbox.staff_platform:
                    await sandbox.reset(staff)
                await wait_for_bot(sandbox)
                await with_staff_on(browser, sandbox, views)
            for (platform, kind), shots in views.items():
                await compose(browser, shots, f"{kind}-from-{platform}")
    finally:
        await sandbox.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
