"""Every language on every platform, through the real SDKs: question, answer, person, rating, and the menu."""

import pytest

from bot.runtime.catalogue import languages, texts_in
from sandbox.discord.locales import LOCALES
from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import PLATFORMS, Town

OTHERS = [language for language in languages() if language != "en"]


async def arrives(town: Town, platform: str, language: str) -> Dweller:
    """A customer whose app is in the language, and who chooses it where their platform lacks it."""
    customer = town.newcomer(platform, language)
    if platform == "discord" and language not in LOCALES:
        await customer.gives("language", language)
        await customer.is_told(texts_in(language).text("From now on I speak English to you."))
    elif platform == "discord":
        # Discord tells it with commands and buttons alone.
        await customer.gives("help")
        await customer.is_told(texts_in(language).text("Choose the language that I speak to you"))
    return customer


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_whole_conversation(town: Town, platform: str, language: str) -> None:
    texts = texts_in(language)
    customer = await arrives(town, platform, language)
    await customer.says("When does my parcel arrive?")
    await customer.sees("two to four working days", texts.label("Source: {article}", article="").strip())
    await customer.presses(texts.label("Not what I meant"))
    await customer.presses(texts.label("Talk to a person"))
    asked = texts.text("I have asked our team to help you. Your ticket is **#{number}**.", number=1)
    await customer.hears(asked)
    thread = await town.thread_of(town.agents()[0], "#1")
    await thread.presses("Claim")
    helped_by = texts.text("**{name}** is helping you now. Just write here.", name=town.agents()[0].called)
    await customer.hears(helped_by)
    await thread.says("It is on its way.")
    await customer.sees("It is on its way.")
    await thread.presses("Resolve")
    await customer.hears(texts.text("How was the help you got?"))
    await customer.presses("5 ★")
    await customer.hears(texts.text("Thank you for the rating! Would you like to add a few words?"))
    await thread.sees("★★★★★")


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_the_menu_is_described_in_the_language_of_the_app(
    town: Town, platform: str, language: str
) -> None:
    is_known = platform == "telegram" or language in LOCALES
    expected = texts_in(language if is_known else "en").label("Talk to a person")
    customer, name = town.newcomer(platform, language), town.command_name(platform, "human")

    def described() -> bool:
        commands = customer.server.commands(customer.id, customer.room)
        return any((one.name, one.description) == (name, expected) for one in commands)

    await town.until(described, f"{name} is described as {expected}")


async def test_a_form_without_forms_is_asked_for_in_their_language(town: Town) -> None:
    customer = town.newcomer("telegram", "lv")
    await customer.gives("ticket")
    question = await customer.hears("Kas Jums vajadzīgs?", "Atbildiet uz šo ziņu ar savu atbildi.")
    await customer.says("Mana paka kavējas", reply_to=question.id)
    await customer.hears("Jūsu pieteikuma numurs: #1")
