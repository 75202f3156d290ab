"""Everything a message can hold on the sandbox's page, in headless Chromium: it looks as in the platform's client."""

from collections.abc import Sequence
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.discord import DiscordServer
from sandbox.discord.story import HELP, MIA, SAM, SUPPORT_ROLE
from sandbox.sandbox import Sandbox
from sandbox.surface import Upload
from sandbox.telegram import TelegramServer
from sandbox.telegram.model import Entity
from sandbox.telegram.story import DANA
from tests.acceptance.browsing import become, enter, message, opened, pane, small_picture
from tests.acceptance.files import document
from tests.acceptance.parcels import OGG, WEBP

WHO = str(DANA.id)
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'><b>x</b>"


def telegram_of(sandbox: Sandbox) -> TelegramServer:
    server = sandbox.servers["telegram"]
    assert isinstance(server, TelegramServer)
    return server


async def in_telegram(browser: Browser, sandbox: Sandbox) -> Locator:
    within = pane(await opened(browser, sandbox), "telegram")
    await become(within, "Dana")
    return within


async def in_discord(browser: Browser, sandbox: Sandbox) -> Locator:
    within = pane(await opened(browser, sandbox), "discord")
    await become(within, "Mia")
    await enter(within, "help")
    return within


def within_text(text: str, *styles: tuple[str, str, dict[str, Any]]) -> tuple[Entity, ...]:
    """Entities for pieces of a text that stand in it once, and that lie within the basic plane."""
    return tuple(Entity(kind, text.index(piece), len(piece), **more) for kind, piece, more in styles)


async def test_telegrams_words_look_as_in_its_client(browser: Browser, sandbox: Sandbox) -> None:
    text = "under hidden docs\nfirst\nsecond\nthird\nfourth\nx = 1 # one\nat noon"
    entities = within_text(
        text,
        ("underline", "under", {}),
        ("spoiler", "hidden", {}),
        ("text_link", "docs", {"url": "https://example.org/docs"}),
        ("expandable_blockquote", "first\nsecond\nthird\nfourth", {}),
        ("pre", "x = 1 # one", {"language": "python"}),
        ("date_time", "noon", {"unix_time": 1795413600, "date_time_format": "wDt"}),
    )
    asked = await telegram_of(sandbox).say(WHO, WHO, text, entities=entities)
    await telegram_of(sandbox).say(WHO, WHO, "an answer", reply_to=asked)
    within = await in_telegram(browser, sandbox)
    shown = within.locator(".main .message").first
    await expect(shown.locator(".words u")).to_have_text("under")
    link = shown.get_by_role("link", name="docs")
    await expect(link).to_have_attribute("href", "https://example.org/docs")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(shown.locator("pre .language")).to_have_text("python")
    await expect(shown.locator("pre .code-comment")).to_have_text("# one")
    await expect(shown.locator("time.moment")).to_contain_text("Monday")
    quote = shown.locator("blockquote")
    folded = await quote.bounding_box()
    await shown.get_by_role("button", name="Unfold the quote").press("Enter")
    unfolded = await quote.bounding_box()
    assert folded is not None
    assert unfolded is not None
    assert unfolded["height"] > folded["height"]
    preview = message(within, "an answer").locator(".answered")
    await expect(preview).to_contain_text("under ▆▆▆▆▆▆ docs")


async def test_a_spoiler_opens_by_a_click_and_by_the_keyboard(browser: Browser, sandbox: Sandbox) -> None:
    entities = (Entity("spoiler", 0, 3), Entity("spoiler", 4, 3))
    await telegram_of(sandbox).say(WHO, WHO, "one two", entities=entities)
    within = await in_telegram(browser, sandbox)
    covers = within.get_by_role("button", name="Spoiler, press to reveal")
    await expect(covers).to_have_count(2)
    await covers.first.click()
    await covers.first.focus()
    await covers.first.press(" ")
    await expect(within.locator(".spoiler.is-shown")).to_have_count(2)
    await expect(covers).to_have_count(0)


async def test_an_album_is_one_message_with_a_grid_and_its_caption(
    browser: Browser, sandbox: Sandbox
) -> None:
    pictures = tuple(Upload(f"{n}.png", "image/png", small_picture()) for n in range(3))
    await telegram_of(sandbox).say(WHO, WHO, "Three views", files=pictures)
    within = await in_telegram(browser, sandbox)
    album = message(within, "Three views")
    await expect(within.locator(".main .message")).to_have_count(1)
    await expect(album.locator(".album.of-3 img")).to_have_count(3)
    parts = [one.id for one in telegram_of(sandbox).messages(WHO, WHO)]
    await telegram_of(sandbox).say(WHO, WHO, "The last one", reply_to=parts[-1])
    await message(within, "The last one").locator(".answered").click()
    await expect(album).to_be_focused()


CARDS = (
    (
        {
            "venue": {
                "location": {"latitude": 52.52, "longitude": 13.405},
                "title": "Shop",
                "address": "Main 1",
            }
        },
        "Shop",
    ),
    ({"contact": {"phone_number": "+491701", "first_name": "Eve", "last_name": "Adams"}}, "Eve Adams"),
    ({"poll": {"question": "Which one?", "options": [{"text": "Oak"}, {"text": "Ash"}]}}, "Anonymous poll"),
    (
        {"checklist": {"title": "To do", "tasks": [{"text": "Oil", "completion_date": 1795413600}]}},
        "1 of 1 task done",
    ),
)


async def test_telegrams_cards_and_players(browser: Browser, sandbox: Sandbox) -> None:
    server = telegram_of(sandbox)
    for content, _ in CARDS:
        await server.send(WHO, WHO, content)
    await server.send(WHO, WHO, {"dice": {"emoji": "🎲", "value": 4}})
    await server.say(WHO, WHO, "", files=(Upload("v.ogg", "audio/ogg", OGG, "voice", 7),))
    await server.say(WHO, WHO, "", files=(Upload("h.webp", "image/webp", WEBP, "sticker"),))
    await server.say(WHO, WHO, "", files=(document(),))
    within = await in_telegram(browser, sandbox)
    for _, words in CARDS:
        await expect(message(within, words)).to_be_visible()
    pin = within.get_by_role("link", name="On the map: 52.52000, 13.40500")
    await expect(pin).to_have_attribute(
        "href", "https://www.openstreetmap.org/?mlat=52.52&mlon=13.405#map=16/52.52/13.405"
    )
    await expect(within.get_by_role("img", name="🎲 shows 4").locator(".pip")).to_have_count(4)
    voice = within.get_by_role("group", name="Voice message")
    await expect(voice.locator(".length")).to_have_text("0:07")
    await expect(voice.get_by_role("button", name="Play Voice message")).to_be_visible()
    await expect(within.locator(".bubble.is-bare img.sticker")).to_have_count(1)
    await expect(within.get_by_role("link", name="Open the file invoice.pdf")).to_be_visible()
    await expect(within.locator(".main .message").filter(has_text="[")).to_have_count(0)


async def test_discords_words_and_cards_look_as_in_its_client(browser: Browser, sandbox: Sandbox) -> None:
    server = sandbox.servers["discord"]
    assert isinstance(server, DiscordServer)
    said = (
        f"## Heading\n__under__ ||hidden|| [docs](https://example.org)\n- one\n  - inner\n```py\nx = 'a'\n```\n"
        f"<@{SAM}> <@&{SUPPORT_ROLE}> <#{HELP}> <t:1795413600:F>"
    )
    first = await server.say(MIA, HELP, said)
    await server.say(MIA, HELP, "an answer", reply_to=first)
    await server.send(MIA, HELP, {"poll": {"question": "Oil or wax?", "answers": ["Oil", "Wax"]}})
    await server.say(MIA, HELP, "", files=(Upload("v.ogg", "audio/ogg", OGG, "voice", 7),))
    await server.say(MIA, HELP, "", files=(Upload("hello.png", "image/png", small_picture(), "sticker"),))
    await server.say(MIA, HELP, "", files=(Upload("SPOILER_a.png", "image/png", small_picture()),))
    await server.send(MIA, HELP, {"forward": {"room": HELP, "message": first}})
    within = await in_discord(browser, sandbox)
    forward = within.locator(".snapshot")
    shown = within.locator(".main .message").first.locator(".words")
    for words in (shown, forward.locator(".words")):
        await expect(words.locator(".heading.level-2")).to_have_text("Heading")
        await expect(words.locator("u")).to_have_text("under")
        await expect(words.locator("li li")).to_have_text("inner")
        await expect(words.locator("pre .code-text")).to_have_text("'a'")
        await expect(words.locator(".mention")).to_have_text(["@Sam Doyle", "@Support", "#help"])
        await expect(words.locator("time.moment")).to_contain_text("Monday, November 23, 2026")
    await expect(message(within, "an answer").locator(".answered")).to_contain_text("under ▆▆▆▆▆▆ docs")
    await expect(within.get_by_role("group", name="Oil or wax?").locator("li")).to_have_text(["Oil", "Wax"])
    await expect(within.get_by_role("group", name="Voice message").locator(".length")).to_have_text("0:07")
    await expect(within.locator("img.sticker")).to_have_js_property("naturalWidth", 40)
    await within.get_by_role("button", name="Spoiler", exact=True).press("Enter")
    await expect(within.locator(".covered > .picture")).to_have_count(1)


async def test_slacks_blocks_look_as_in_its_client(browser: Browser, sandbox: Sandbox) -> None:
    settings = sandbox.servers["slack"].bot_settings()
    client = AsyncWebClient(settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
    await client.chat_postMessage(channel="C0HELP", text="Everything", blocks=BLOCKS)
    within = pane(await opened(browser, sandbox), "slack")
    await become(within, "Carla")
    await enter(within, "#help")
    shown = message(within, "Everything at once")
    await expect(shown.locator("ul.indent-1 li")).to_have_text("inner")
    await expect(shown.locator("ol")).to_have_attribute("start", "3")
    await expect(shown.locator("pre .code-word")).to_have_text("return")
    await expect(shown.locator("blockquote")).to_have_text("quoted")
    await expect(shown.locator("td.is-right")).to_have_text(["Price", "120"])
    await expect(shown.locator("time.moment")).to_contain_text(["Nov 23, 2026 at", "November 23, 2026"])
    await expect(shown.locator(".markdown .heading")).to_have_text("Head")


def words(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def listed(style: str, *items: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "rich_text_list",
        "style": style,
        "elements": [section(words(item)) for item in items],
        **more,
    }


def row(*cells: str) -> Sequence[dict[str, str]]:
    return [{"type": "raw_text", "text": cell} for cell in cells]


_DATE = {"type": "date", "timestamp": 1795413600, "format": "{date_short} at {time}", "fallback": "then"}
_PRE = {"type": "rich_text_preformatted", "language": "python", "elements": [words("return 1")]}
_QUOTE = {"type": "rich_text_quote", "elements": [words("quoted")]}
BLOCKS: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "Everything at once"}},
    {
        "type": "rich_text",
        "elements": [
            section(_DATE),
            listed("bullet", "one"),
            listed("bullet", "inner", indent=1),
            listed("ordered", "three", offset=2),
            _QUOTE,
            _PRE,
        ],
    },
    {
        "type": "table",
        "rows": [row("Item", "Price"), row("Chair", "120")],
        "column_settings": [{"align": "left"}, {"align": "right"}],
    },
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "<!date^1795413600^{date}|then>"}]},
    {"type": "markdown", "text": "# Head\n**bold**"},
]

HOSTILE_CARDS: tuple[dict[str, Any], ...] = (
    {"venue": {"location": {"latitude": 1.0, "longitude": 2.0}, "title": HOSTILE, "address": HOSTILE}},
    {"contact": {"phone_number": "javascript:alert(3)", "first_name": HOSTILE}},
    {"poll": {"question": HOSTILE, "options": [{"text": HOSTILE}]}},
    {"checklist": {"title": HOSTILE, "tasks": [{"text": HOSTILE}]}},
    {"dice": {"emoji": HOSTILE, "value": 1}},
    {"game": {"title": HOSTILE, "description": HOSTILE}},
    {
        "invoice": {
            "title": HOSTILE,
            "description": HOSTILE,
            "start_parameter": "x",
            "currency": HOSTILE,
            "total_amount": 1,
        }
    },
    {"gift": {"text": HOSTILE}},
)


async def test_whatever_hostile_people_send_stays_text(browser: Browser, sandbox: Sandbox) -> None:
    telegram, discord, slack = (sandbox.servers[name] for name in ("telegram", "discord", "slack"))
    for content in HOSTILE_CARDS:
        await telegram.send(WHO, WHO, content)
    named = Upload(f"{HOSTILE}.pdf", "application/pdf", b"%PDF-1.7")
    link = (Entity("text_link", 0, 1, url="javascript:alert(4)"), Entity("pre", 1, 1, language=HOSTILE))
    await telegram_of(sandbox).say(WHO, WHO, "xy", entities=link)
    await discord.send(MIA, HELP, {"poll": {"question": HOSTILE, "answers": [HOSTILE]}})
    await discord.send(MIA, HELP, {"activity": {"name": HOSTILE}})
    await discord.say(MIA, HELP, f"```{HOSTILE}\n{HOSTILE}\n```\n[{HOSTILE}](javascript:alert)")
    await slack.send("U0CARLA", "C0HELP", {"canvas": {"title": HOSTILE}})
    await slack.send("U0CARLA", "C0HELP", {"external": {"title": HOSTILE, "url": "javascript:alert(5)"}})
    for server, who, room in ((telegram, WHO, WHO), (discord, MIA, HELP), (slack, "U0CARLA", "C0HELP")):
        await server.say(who, room, "a file", files=(named,))
    page = await opened(browser, sandbox)
    page.on("dialog", lambda dialog: pytest.fail(f"A script ran: {dialog.message}"))
    await look_everywhere(page)
    made = page.locator(".message").locator('img[src="x"], script, b b, .words b, a[href^="javascript" i]')
    await expect(made).to_have_count(0)
    followed = await page.locator(".message a").evaluate_all(
        "links => links.map((one) => [one.protocol, one.rel])"
    )
    assert followed
    assert {protocol for protocol, _ in followed} <= {"http:", "https:", "tel:"}
    assert all("noopener" in rel for _, rel in followed)


async def look_everywhere(page: Page) -> None:
    for platform, name, room in (
        ("telegram", "Dana", "Allhands"),
        ("discord", "Mia", "help"),
        ("slack", "Carla", "#help"),
    ):
        within = pane(page, platform)
        await become(within, name)
        await enter(within, room)
        await expect(within.locator(".message").locator("visible=true").last).to_contain_text("a file")
