"""Everybody is spoken to in their own language: found by their app, by what they write, or chosen by themselves."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from bot.runtime.catalogue import LOCALES, languages, spoken, texts_in
from tests.stage import Person, Stage, open_stage
from tests.stage.linking import links
from tests.stage.stage import PLATFORMS

OTHERS = [language for language in languages() if language != "en"]
QUESTIONS = {
    "hr": ("Ne mogu se prijaviti u svoj račun, što da radim?", "Kako mogu vratiti cipele koje sam kupio?"),
    "sl": ("Kako lahko vrnem čevlje, ki sem jih kupil?", "Rad bi vrnil čevlje, kako lahko to naredim?"),
    "el": ("Πώς μπορώ να επιστρέψω τα παπούτσια;", "Δεν μπορώ να συνδεθώ στον λογαριασμό μου"),
    "lv": ("Kā es varu atdot kurpes?", "Nevaru pieslēgties savam kontam"),
}
LONG_ENOUGH = 12


def english() -> Iterator[str]:
    """What stands between the places of every English text, where it is long enough to be nothing else."""
    with (LOCALES / "en" / "LC_MESSAGES" / "allhands.po").open("rb") as file:
        for message in read_po(file):
            for text in message.id if isinstance(message.id, tuple) else (message.id,):
                yield from (part for part in re.split(r"\{\w*\}", text) if len(part.strip()) >= LONG_ENOUGH)


ENGLISH = sorted(set(english()))


def everything_shown_to(person: Person) -> list[str]:
    """Words and labels of all that the bot showed one person."""
    scenery = person.stage.platform(person.platform).scenery
    contents = [one.content for one in person.stage.platform(person.platform).in_place(person.direct)]
    contents += [one.content for one in scenery.answers if one.identity == person.identity]
    labels = [button.label for content in contents for button in content.buttons]
    forms = [one.form for one in scenery.forms if one.identity == person.identity]
    labels += [
        label for form in forms for label in (form.title, form.submit_label, *(f.label for f in form.fields))
    ]
    return [*person.sees, *person.answers, *labels]


def says_it(person: Person, language: str, text: str, **values: object) -> bool:
    return str(texts_in(language).text(text, **values)) in " ".join([*person.sees, *person.answers])


def speaks(person: Person) -> str:
    """The language of the newest thing that only they were told."""
    return next(
        code
        for code in languages()
        if str(texts_in(code).text("Choose the language that I speak to you")) in person.was_told
    )


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_whole_conversation_is_in_the_language_of_the_app(
    stage: Stage, ana: Person, platform: str, language: str
) -> None:
    dana, label = stage.person(platform, "Dana", language=f"{language}-XX"), texts_in(language).label
    await dana.says("parcel?")
    await dana.presses(label("Not what I meant"))
    await dana.presses(label("Talk to a person"))
    await dana.gives("ticket")
    await ana.gives("claim", "1")
    await ana.says("Es ist auf dem Weg", at=stage.thread())
    await ana.gives("resolve", "1")
    assert says_it(dana, language, "How was the help you got?")
    await dana.presses("2 ★")
    await dana.presses(label("Add a few words"))
    await dana.submits(words="-")
    await dana.gives("stop")
    await dana.gives("help")
    await dana.gives("queue")
    assert says_it(
        dana, language, "**{name}** has marked your ticket #{number} as solved.", name="Ana", number=1
    )
    assert says_it(dana, language, "Thank you, that is passed on to the team.")
    for shown in everything_shown_to(dana):
        assert not [text for text in ENGLISH if text in shown], shown
    assert "Claim the ticket" not in " ".join(stage.in_thread())
    assert stage.state() == "resolved by Ana"


@pytest.mark.parametrize("language", OTHERS)
async def test_two_clear_messages_change_the_language_and_one_does_not(stage: Stage, language: str) -> None:
    dana = stage.person("slack", "Dana", language="de")
    for question in QUESTIONS[language] * 2:
        await dana.says(question)
    told = [one for one in dana.sees if one]
    assert told[0].startswith("I don't have a reliable answer")
    assert texts_in(language).label("I don't have a reliable answer to that. Shall I ask a person? "
                                    "Or put it in other words, and I look again.") == told[-1]  # fmt: skip
    await dana.says("Where is my parcel?")
    await dana.gives("help")
    assert speaks(dana) == language


@pytest.mark.parametrize("language", OTHERS)
async def test_beside_an_app_that_nobody_has_set_the_first_clear_message_is_answered_in_its_language(
    stage: Stage, language: str
) -> None:
    dana = stage.person("slack", "Dana", language="en-US")
    await dana.says(QUESTIONS[language][0])
    assert says_it(dana, language, "I don't have a reliable answer to that. Shall I ask a person? "
                                   "Or put it in other words, and I look again.")  # fmt: skip


@pytest.mark.parametrize(
    ("hello", "language"), [("Γεια σας", "el"), ("Bok", "hr"), ("Živjo", "sl"), ("Sveiki", "lv")]
)
async def test_a_hello_is_returned_in_its_language(stage: Stage, hello: str, language: str) -> None:
    dana = stage.person("telegram", "Dana", language="en")
    await dana.says(hello)
    greeting = "Hello {name}! I am Allhands, the support desk of {company}. What can we do for you?"
    assert says_it(dana, language, greeting, name="Dana", company="Juniper & Pine")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_message_that_is_looked_up_again_counts_once(stage: Stage, platform: str) -> None:
    dana = stage.person(platform, "Dana", language="hr")
    await dana.says("When does my parcel arrive at my home?")
    await dana.presses("Nije ono što trebam")
    await dana.presses("Nije ono što trebam")
    await dana.gives("help")
    assert speaks(dana) == "hr"


async def test_where_nothing_is_known_the_first_message_tells(stage: Stage) -> None:
    dana = stage.person("discord", "Dana", language="")
    await dana.says("Nevaru pieslēgties savam kontam")
    assert says_it(dana, "lv", "I don't have a reliable answer to that. Shall I ask a person? "
                               "Or put it in other words, and I look again.")  # fmt: skip


async def test_what_a_command_tells_of_the_app_holds_for_messages_that_tell_nothing(stage: Stage) -> None:
    dana = stage.person("discord", "Dana", language="el")
    await dana.gives("help")
    dana.about["language"] = ""
    await dana.says("When does my parcel arrive at my home?")
    assert "Πηγή: " in dana.sees[-1]


async def test_where_nothing_can_be_told_the_company_decides(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, default_language="sl") as stage:
        dana = stage.person("discord", "Dana", language="")
        await dana.says("4711")
        await dana.gives("help")
        assert speaks(dana) == "sl"
        eva = stage.person("discord", "Eva", language="fr")
        await eva.gives("help")
        assert speaks(eva) == "sl"


async def test_a_choice_wins_over_the_app_and_the_words_until_it_is_taken_back(
    stage: Stage, dana: Person
) -> None:
    await dana.gives("language", "Ελληνικά")
    assert dana.was_told == texts_in("el").text("From now on I speak English to you.")
    for question in QUESTIONS["hr"] * 3:
        await dana.says(question)
    assert everything_shown_to(dana)[-1] == texts_in("el").label("Talk to a person")
    await dana.gives("language", "auto")
    await dana.gives("help")
    assert speaks(dana) == "en"


async def test_the_languages_are_offered_by_their_own_names(stage: Stage, dana: Person) -> None:
    await dana.gives("language")
    scenery = stage.platform("telegram").scenery
    labels = [button.label for button in scenery.answers[-1].content.buttons]
    assert labels == [*(one.name for one in spoken() if one.code != "en"), "Find it by itself"]
    await dana.presses("Hrvatski")
    await dana.gives("help")
    assert speaks(dana) == "hr"


@pytest.mark.parametrize(
    ("words", "language"), [("Hrvatski, molim", "hr"), ("slovenščina", "sl"), ("In Greek please", "el")]
)
async def test_the_name_of_a_language_is_enough(
    stage: Stage, dana: Person, words: str, language: str
) -> None:
    await dana.says(words)
    assert dana.sees[-1] == texts_in(language).text("From now on I speak English to you.")
    assert not stage.shelf.searches


async def test_asking_for_another_language_shows_the_choice(dana: Person) -> None:
    await dana.says("another language please")
    assert dana.buttons == ["Ελληνικά", "Hrvatski", "Latviešu", "Slovenščina", "Find it by itself"]
    await dana.presses("Latviešu")
    await dana.says("hello")
    assert dana.sees[-1].startswith("Labdien, Dana!")


async def test_a_language_that_is_not_there_is_refused_with_those_that_are(
    stage: Stage, dana: Person
) -> None:
    await dana.gives("language", "Klingon")
    assert dana.was_told.startswith("I do not speak that language yet.")
    await dana.forges("language", "../../etc/passwd")
    await dana.gives("help")
    assert speaks(dana) == "en"


async def test_a_choice_outlives_a_restart(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles) as before:
        await before.person("slack", "Dana").gives("language", "hr")
        eva = before.person("discord", "Eva", language="")
        await eva.says("Kā es varu atdot kurpes?")
    async with open_stage(database_url, articles, after=before) as after:
        dana, eva = after.person("slack", "Dana"), after.person("discord", "Eva", language="")
        await dana.gives("help")
        await eva.gives("help")
        assert (speaks(dana), speaks(eva)) == ("hr", "lv")


async def test_linked_accounts_share_a_choice(stage: Stage, dana: Person) -> None:
    other = stage.person("slack", "D.", language="en")
    await dana.gives("language", "hr")
    await links(dana, other)
    assert "Ovaj račun i **Dana**" in other.was_told
    await other.gives("language", "lv")
    await dana.gives("help")
    assert speaks(dana) == "lv"
    await dana.gives("unlink")
    await dana.gives("language", "auto")
    await other.gives("help")
    assert speaks(other) == "lv"


async def test_of_two_choices_that_of_the_account_wins_in_which_the_link_was_finished(
    stage: Stage, dana: Person
) -> None:
    other = stage.person("slack", "D.", language="en")
    await dana.gives("language", "hr")
    await other.gives("language", "el")
    await links(dana, other)
    for account in (dana, other):
        await account.gives("help")
        assert speaks(account) == "el"


async def test_the_team_reads_its_threads_in_its_language_and_each_of_them_their_own(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles, staff_language="sl") as stage:
        dana, ana, ben = stage.person("telegram", "Dana"), stage.agent("Ana"), stage.agent("Ben")
        await dana.says("My shelf wobbles")
        await dana.gives("human")
        await ana.gives("language", "hr")
        await ana.gives("claim", "1")
        assert plainly(ana.was_told).startswith("Zahtjev #1 je Vaš.")
        await ben.gives("claim", "1")
        assert plainly(ben.was_told).startswith("Ana was first")
        assert dict(stage.card().fields)["Stanje"] == "prevzeto (Ana)"
        assert "is helping you now" in " ".join(dana.sees)


async def test_volunteers_are_called_in_their_own_language(stage: Stage, dana: Person, ana: Person) -> None:
    vera = stage.person("discord", "Vera", is_colleague=True, language="el")
    await vera.gives("volunteer", "on api")
    assert vera.was_told.startswith("Ευχαριστούμε!")
    await vera.gives("language", "hr")
    await dana.gives("human")
    await ana.gives("sos")
    assert "**Ana** traži pomoć. 1 korisnik čeka." in vera.sees[-1]
    assert vera.buttons == ["Uskačem", "Ne sada"]
    await ana.gives("sos", "end")
    assert vera.sees[-1] == "Poziv u pomoć je završen. Hvala što ste bili spremni pomoći!"


async def test_each_person_has_their_own_page_in_their_language(stage: Stage, ana: Person) -> None:
    dana = stage.person("telegram", "Dana", language="lv")
    await dana.gives("human")
    await dana.opens_home()
    assert dana.home[0].startswith("Atbalsts: Juniper & Pine")
    await ana.opens_home()
    assert "1 customer waiting" in " ".join(ana.home)


def plainly(text: str) -> str:
    return text.replace("*", "")


async def test_an_article_in_another_language_says_so(stage: Stage, dana: Person) -> None:
    await dana.gives("language", "hr")
    await dana.says("Kada mi stiže parcel, molim vas?")
    assert "two to four working days" in dana.sees[-1]
    assert "Ovo imam samo na drugom jeziku." in dana.sees[-1]


async def test_an_article_in_the_language_of_the_question_says_nothing_of_it(
    stage: Stage, dana: Person
) -> None:
    await dana.gives("language", "hr")
    await dana.says("When does my parcel arrive, please?")
    assert "two to four working days" in dana.sees[-1]
    assert "drugom jeziku" not in dana.sees[-1]


async def test_of_translations_their_own_comes_first_then_the_companys_and_english(
    stage: Stage, dana: Person
) -> None:
    await dana.gives("language", "el")
    await dana.says("When does my parcel arrive?")
    assert stage.shelf.searches[-1].languages[0] == "el"
    assert stage.shelf.searches[-1].languages[-1] == "en"
