"""A walk through the sandbox's page in headless Chromium, with a small bot on the three real SDKs behind it."""

import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from sandbox.sandbox import Ports, Sandbox
from tests.acceptance.browsing import become, enter, message, opened, pane, say, small_picture

BOT = Path(__file__).with_name("small_bot.py")


@pytest.fixture
async def with_bot() -> AsyncIterator[Sandbox]:
    made = Sandbox(
        ports=Ports.free(),
        bot_command=[sys.executable, str(BOT)],
        environment=lambda settings, _: {**os.environ, **settings},
    )
    await made.start()
    yield made
    await made.stop()


async def test_a_customer_on_telegram_asks_and_presses_the_answers_button(
    browser: Browser, with_bot: Sandbox
) -> None:
    page = await opened(browser, with_bot)
    telegram = pane(page, "telegram")
    await become(telegram, "Dana")
    await say(telegram, "How long does delivery take?")
    answer = message(telegram, "It takes 2 to 4 days.")
    await expect(answer.locator(".words strong")).to_have_text("2 to 4 days")
    await expect(answer.locator(".answered")).to_contain_text("How long does delivery take?")
    await answer.get_by_role("button", name="Solved").click()
    await expect(telegram.locator(".toast")).to_contain_text("Glad to hear it!")


async def test_an_agent_on_slack_claims_from_the_card_and_answers_in_its_thread(
    browser: Browser, with_bot: Sandbox
) -> None:
    page = await opened(browser, with_bot)
    slack = pane(page, "slack")
    await become(slack, "Ana")
    await say(slack, "anything waiting?")
    card = message(slack, "Ticket 1")
    await expect(card.locator("code")).to_have_text("delivery")
    await become(slack, "Ben")
    await enter(slack, "#support-desk")
    await become(slack, "Ana")
    await card.get_by_role("button", name="Claim").click()
    await card.get_by_role("button", name="1 reply").click()
    thread = slack.get_by_role("region", name="Thread")
    await expect(thread.locator(".message").last).to_contain_text("@Ana Kovač has it")
    await say(slack, "On it :tada:")
    await expect(message(thread, "On it 🎉")).to_be_visible()
    await thread.get_by_role("button", name="Close the thread").click()
    await expect(card.locator(".thread-bar")).to_have_text("2 replies")
    box = await slack.locator(".main .composer-input").bounding_box()
    assert box is not None
    assert box["height"] > 20
    await expect(slack.get_by_role("radio", name=re.compile("Ben.*something new"))).to_be_visible()


async def test_commands_are_completed_and_forms_filled_in_on_discord(
    browser: Browser, with_bot: Sandbox
) -> None:
    page = await opened(browser, with_bot)
    discord = pane(page, "discord")
    await become(discord, "Mia")
    await enter(discord, "help")
    await expect(discord.locator(".embed-title")).to_have_text("Ask us")
    box = discord.locator(".main .composer-input")
    await box.fill("/cl")
    await expect(discord.get_by_role("option")).to_have_count(1)
    await box.press("Tab")
    await box.press_sequentially("42")
    await expect(discord.get_by_role("option")).to_have_count(1)
    await expect(discord.get_by_role("option")).to_contain_text("Ticket 42")
    await box.press("Tab")
    await expect(box).to_have_value("/claim 42")
    await box.press("Enter")
    await expect(message(discord, "You have ticket 42.")).to_be_visible()
    await say(discord, "/human")
    form = discord.get_by_role("dialog", name="Talk to a person")
    await form.get_by_label("What is it about?").fill("sofas")
    await form.get_by_role("button", name="Submit").click()
    noted = message(discord, "Noted: sofas")
    await expect(noted).to_contain_text("Only you can see this")
    await become(discord, "Noah")
    await enter(discord, "help")
    await expect(message(discord, "You have ticket 42.")).to_be_visible()
    await expect(discord.get_by_text("Noted: sofas")).to_have_count(0)


async def test_the_app_home_is_a_tab_of_the_direct_message_on_slack(
    browser: Browser, with_bot: Sandbox
) -> None:
    page = await opened(browser, with_bot)
    slack = pane(page, "slack")
    await become(slack, "Carla")
    await slack.get_by_role("tab", name="Home").click()
    await expect(slack.locator(".home")).to_contain_text("Dana asks about delivery")


async def test_the_bot_can_be_killed_and_started_and_trouble_made(
    browser: Browser, with_bot: Sandbox
) -> None:
    page = await opened(browser, with_bot)
    await page.get_by_role("button", name="Bot running").click()
    panel = page.get_by_role("dialog", name="The bot")
    await panel.get_by_role("button", name="kill -9").click()
    await expect(page.get_by_role("button", name="Bot killed")).to_be_visible()
    await expect(panel.locator(".log")).to_contain_text("The bot ended with SIGKILL.")
    await panel.get_by_role("button", name="Start").click()
    await expect(page.get_by_role("button", name="Bot running")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Faults").click()
    faults = page.get_by_role("dialog", name="Faults").get_by_role("group", name="Telegram")
    await faults.get_by_role("switch", name="Down").check()
    await expect(pane(page, "telegram").locator(".fault-badge")).to_have_text("down")
    assert with_bot.world.faults["telegram"].is_down
    await faults.get_by_role("switch", name="Down").uncheck()
    await expect(pane(page, "telegram").locator(".fault-badge")).to_be_hidden()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.locator(".ahead")).to_have_text("+1 day")
    assert with_bot.world.clock.offset_seconds == 86_400


HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> javascript:alert(3) &lt;b&gt;"


async def test_hostile_text_is_text_everywhere(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox)
    page.on("dialog", lambda dialog: pytest.fail(f"A script ran: {dialog.message}"))
    for platform in ("slack", "discord", "telegram"):
        within = pane(page, platform)
        await say(within, HOSTILE)
        shown = message(within, "<img src=x onerror=alert(1)>")
        await expect(shown).to_contain_text("<script>alert(2)</script>")
        await expect(shown.locator("img, script, a")).to_have_count(0)
    newcomer = sandbox.servers["telegram"].add_person("<b>Bobby</b> <script>")
    sent = await sandbox.servers["telegram"].say(newcomer.id, newcomer.id, "hi")
    assert sent
    await page.reload()
    face = pane(page, "telegram").get_by_role("radio", name="<b>Bobby</b> <script>")
    await face.click()
    await expect(pane(page, "telegram").locator(".about")).to_contain_text("<b>Bobby</b>")


async def test_files_replies_reactions_edits_and_deletions_are_there(
    browser: Browser, sandbox: Sandbox
) -> None:
    page = await opened(browser, sandbox)
    telegram = pane(page, "telegram")
    files = [
        {"name": "a.png", "mimeType": "image/png", "buffer": small_picture()},
        {"name": "b.png", "mimeType": "image/png", "buffer": small_picture()},
    ]
    await telegram.locator(".main input[type=file]").set_input_files(files)
    await expect(telegram.locator(".chip")).to_have_count(2)
    await say(telegram, "Two pictures")
    pictures = telegram.locator(".message img")
    await expect(pictures).to_have_count(2)
    await page.wait_for_function(
        "[...document.querySelectorAll('.pane-telegram .message img')].every(i => i.naturalWidth)"
    )
    slack = pane(page, "slack")
    await say(slack, "*frist*")
    await expect(message(slack, "frist")).to_be_visible()
    await slack.locator(".main .composer-input").press("ArrowUp")
    await say(slack, "*first*")
    await expect(message(slack, "first")).to_contain_text("(edited)")
    first = message(slack, "first")
    await first.hover()
    await first.get_by_role("button", name="Add a reaction").click()
    await page.get_by_role("button", name="tada").click()
    await expect(first.get_by_role("button", name="🎉 1")).to_have_attribute("aria-pressed", "true")
    await first.get_by_role("button", name="🎉 1").click()
    await expect(first.locator(".reaction")).to_have_count(0)
    await first.hover()
    await first.get_by_role("button", name="More about this message").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(slack.locator(".message")).to_have_count(0)
    discord = pane(page, "discord")
    await become(discord, "Mia")
    await enter(discord, "questions")
    await discord.get_by_role("button", name="New post").click()
    await discord.get_by_label("Title").fill("Wobbly chair")
    await discord.get_by_label("What is it about?").fill("It wobbles")
    await discord.get_by_role("button", name="Post", exact=True).click()
    post = message(discord, "It wobbles")
    await post.hover()
    await post.get_by_role("button", name="Reply", exact=True).click()
    await say(discord, "Still")
    await expect(message(discord, "Still").locator(".answered")).to_contain_text("It wobbles")
    await discord.get_by_role("button", name="Back to questions").click()
    await expect(discord.locator(".card")).to_contain_text("Wobbly chair")


async def test_the_keyboard_is_enough(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox)
    await page.keyboard.press("Alt+3")
    await page.keyboard.type("by hand")
    await page.keyboard.press("Enter")
    await expect(message(pane(page, "telegram"), "by hand")).to_be_visible()
    me = pane(page, "slack").get_by_role("radio", checked=True)
    await me.focus()
    await page.keyboard.press("ArrowRight")
    await expect(pane(page, "slack").locator(".about")).to_contain_text("Ben Ortiz")
    await page.get_by_role("button", name="Faults").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Faults")).to_be_focused()


async def test_every_step_of_the_tour_brings_somebody_to_the_front(
    browser: Browser, sandbox: Sandbox
) -> None:
    page = await opened(browser, sandbox)
    steps = page.get_by_role("region", name="Tour").get_by_role("listitem").get_by_role("button")
    expected = {
        "Ask": ("telegram", "Dana"),
        "Claim": ("slack", "Ana"),
        "Add a note": ("slack", "Ben"),
        "All hands": ("slack", "Priya"),
        "Break it": ("discord", "Mia"),
    }
    for name, (platform, person) in expected.items():
        await steps.filter(has_text=name).click()
        await expect(pane(page, platform).locator(".about")).to_contain_text(f"You are {person}")
    await expect(pane(page, "slack").locator(".main .composer-input")).to_have_value(
        re.compile("^/volunteer on")
    )


async def test_a_forums_cards_show_words_and_no_markup(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox)
    discord = pane(page, "discord")
    await become(discord, "Mia")
    await enter(discord, "questions")
    await discord.get_by_role("button", name="New post").click()
    await discord.get_by_label("Title").fill("A shelf")
    await discord.get_by_label("What is it about?").fill("My **shelf** is `crooked`, __really__")
    await discord.get_by_role("button", name="Post", exact=True).click()
    await enter(discord, "questions")
    await expect(discord.locator(".card .excerpt").first).to_contain_text("My shelf is crooked, really")


async def test_no_space_comes_between_a_name_and_what_follows_it(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox)
    shown = await page.evaluate(
        """async () => {
            const { unmarked } = await import("/js/markup.js");
            const field = { Carla: [{ as: "paragraph", of: ["Carla"] }] };
            const said = { "**Carla**: Hello": [{ as: "paragraph", of: [{ as: "bold", of: ["Carla"] }, ": Hello"] }] };
            return unmarked({ text: "**Carla**: Hello", markup: { field, said } }, {});
        }"""
    )
    assert shown == "Carla: Hello"


async def test_on_a_phone_one_pane_is_seen_at_a_time(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox, width=390, height=780)
    await expect(page.locator(".pane").locator("visible=true")).to_have_count(1)
    await page.get_by_role("group", name="Panes").get_by_role("button", name="Slack").click()
    slack = pane(page, "slack")
    await expect(slack).to_be_visible()
    await expect(page.locator(".pane").locator("visible=true")).to_have_count(1)
    await slack.get_by_role("button", name="Show the rooms").click()
    await enter(slack, "#help")
    overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0


async def test_a_reset_moves_the_staff_and_the_page_begins_anew(browser: Browser, sandbox: Sandbox) -> None:
    page = await opened(browser, sandbox)
    await say(pane(page, "slack"), "old")
    await expect(message(pane(page, "slack"), "old")).to_be_visible()
    await page.get_by_role("button", name="No bot").click()
    await page.get_by_label("Staff sit on").select_option("telegram")
    await (
        page.get_by_role("dialog", name="Move the staff to Telegram?")
        .get_by_role("button", name="Begin afresh")
        .click()
    )
    await expect(pane(page, "slack").get_by_text("old", exact=True)).to_have_count(0)
    await page.locator("body.is-ready").wait_for()
    steps = page.get_by_role("region", name="Tour").get_by_role("listitem").get_by_role("button")
    await steps.filter(has_text="Claim").click()
    await expect(pane(page, "telegram").locator(".about")).to_contain_text("You are Tom")
