"""What short messages mean, in the languages that customers use, tricky ones included."""

import pytest

from bot.core.policies.words import (
    asks_something,
    folded,
    is_greeting,
    is_mere_reply,
    is_thanks,
    is_yes,
    wants_person,
)

THANKS = [
    "thanks",
    "Thank you!",
    "thank you so much for your help",
    "Great, thanks a lot, that works now.",
    "perfect",
    "ok thx",
    "ty",
    "Awesome support, thank you guys",
    "👍",
    "🙏🙏",
    "❤️",
    "Hvala!",
    "hvala vam puno na pomoći",
    "Najlepša hvala",
    "Danke schön",
    "Vielen Dank für die Hilfe",
    "ευχαριστώ πολύ",
    "Liels paldies jums par palīdzību",
    "merci",
    "thanks!!! 😀",
    "Thank you, have a nice day",
]
NO_THANKS = [
    "thanks but it still does not work",
    "Thank you, but where is my parcel",
    "thanks for nothing",
    "not great",
    "thanks, how do I return it?",
    "great, now it is broken again",
    "ok and the invoice",
    "hvala ali ne radi",
    "danke, aber es geht nicht",
    "ευχαριστώ αλλά δεν λειτουργεί",
    "paldies, bet nestrādā",
    "no",
    "👎",
    "😡",
    "thanks 👎",
    "...",
    "!!!",
    "?",
    "",
    "   ",
    "5",
    "the great shelf",
    "cool box broken",
    "thank " * 15,
]


@pytest.mark.parametrize("text", THANKS)
def test_thanks_are_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize("text", NO_THANKS)
def test_what_asks_for_more_is_not_mere_thanks(text: str) -> None:
    assert not is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "human",
        "Human please!",
        "agent",
        "a person, please",
        "operator",
        "representative please",
        "I want to talk to a human",
        "i'd like to speak with someone",
        "Can I speak to a supervisor?",
        "may I speak to a manager please?",
        "please connect me with an agent",
        "connect me to support",
        "transfer me to a real person",
        "get me a human",
        "I need a person",
        "can i have a real person",
        "I want a live agent",
        "could I talk to your staff",
        "talk to a person",
        "Želim razgovarati s osobom",
        "želim pričati sa čovjekom",
        "hočem govoriti z agentom",
        "Rad bi govoril s človekom",
        "Ich möchte mit einem Menschen sprechen",
        "mit einem echten Mitarbeiter bitte",
        "Θέλω να μιλήσω με άνθρωπο",
        "θέλω να μιλήσω με έναν εκπρόσωπο",
        "Es gribu runāt ar cilvēku",
        "gribu parunāt ar operatoru",
        "I WANT TO TALK TO A HUMAN!!!",
        "my table came with a broken leg, can a person help?",
        "could a real person look at this please",
        "is there a human I can talk to?",
        "put me through to an agent",
        "I was charged twice, please a person",
        "Naplatili ste mi dvaput, molim agenta",
        "operater, molim",
        "Molim osobu",
        "Trebam pravu osobu, ne bota",
        "spojite me s djelatnikom",
        "mogu li razgovarati s pravim čovjekom?",
        "Človek, prosim!",
        "Potrebujem pravega človeka",
        "lahko govorim z nekom?",
        "povežite me z operaterjem",
        "Εκπρόσωπο παρακαλώ",
        "Χρειάζομαι πραγματικό άνθρωπο",
        "μπορώ να μιλήσω με κάποιον;",
        "Cilvēku, lūdzu",
        "Man vajag īstu cilvēku",
        "savienojiet mani ar konsultantu",
        "Mitarbeiter bitte",
    ],
)
def test_the_wish_for_a_person_is_understood(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Where is my parcel?",
        "I don't want to talk to a person",
        "I do not need a human, only the invoice",
        "no need to speak to an agent",
        "can I order without talking to a person?",
        "How do I add a person to my account?",
        "the agent key does not work",
        "Is this chair made for a tall person?",
        "my user agent is Firefox",
        "The delivery person was nice",
        "how many people can sit at the table?",
        "I need a personal discount",
        "are you human?",
        "is the support free",
        "can a person sit on it?",
        "is there a person's name on the invoice?",
        "stol za 6 osoba molim",
        "Imate li osobni popust?",
        "Ne želim razgovarati s osobom",
        "ne potrebujem človeka",
        "Δεν θέλω να μιλήσω με άνθρωπο",
        "Negribu runāt ar cilvēku",
        "Koliko ljudi stane za stol?",
        "Sofa für eine Person bitte",
        "",
        "👤",
    ],
)
def test_other_wishes_are_not_the_wish_for_a_person(text: str) -> None:
    assert not wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "Is there a blue one",
        "where is it",
        "and how do I return it",
        "it still wobbles",
        "it broke again",
        "does not work",
        "It doesn't help",
        "really?",
        "ne radi",
        "geht nicht",
        "δεν λειτουργεί",
        "nestrādā",
        "can you send it once more",
    ],
)
def test_questions_and_trouble_ask_for_something(text: str) -> None:
    assert asks_something(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ana was kind",
        "very fast and friendly",
        "nothing to add",
        "I will recommend you to everyone",
        "You did not let me wait, great",
        "super",
    ],
)
def test_remarks_ask_for_nothing(text: str) -> None:
    assert not asks_something(text)


@pytest.mark.parametrize(
    "text",
    ["hi", "Hello!", "good morning everyone", "bok", "Dobar dan", "Živjo", "Hallo", "Γεια σας", "Labdien"],
)
def test_greetings_are_greetings(text: str) -> None:
    assert is_greeting(text)


@pytest.mark.parametrize("text", ["hello where is my parcel", "hi?", "", "there", "all", "👋 parcel", "team"])
def test_more_or_less_than_a_greeting_is_none(text: str) -> None:
    assert not is_greeting(text)


@pytest.mark.parametrize(
    "text", ["yes", "Yes please!", "sure", "ok", "da", "Ja bitte", "ναι", "lūdzu", "go ahead"]
)
def test_a_yes_is_a_yes(text: str) -> None:
    assert is_yes(text)


@pytest.mark.parametrize("text", ["yes but when", "no", "ok?", "", "do", "it"])
def test_less_than_a_yes_is_none(text: str) -> None:
    assert not is_yes(text)


def test_replies_that_say_nothing_of_the_matter_are_known() -> None:
    assert all(is_mere_reply(text) for text in ("hi", "thanks", "yes", "human please"))
    assert not is_mere_reply("my shelf wobbles")


@pytest.mark.parametrize(
    "text",
    [
        "I was charged twice, please a person",
        "The drawer sticks, a person please",
        "Can a human look at my broken table leg",
        "I want to talk to a person about the sofa that came without its feet",
        "Paket je stigao oštećen, želim razgovarati s osobom",
        "Η παραγγελία μου χάθηκε εντελώς, θέλω να μιλήσω με άνθρωπο",
    ],
)
def test_a_wish_for_a_person_that_says_why_says_something(text: str) -> None:
    assert wants_person(text)
    assert not is_mere_reply(text)


@pytest.mark.parametrize(
    "text",
    [
        "I would really like to talk to a real human person now, please",
        "get me a human right now!!",
        "Is there a human I can talk to?",
        "Hello there, is anyone here? A human please",
        "human please",
        "Molim vas, trebam pravog čovjeka odmah",
        "Can a person help me with this please?",
        "Želim razgovarati s pravom osobom, molim Vas",
        "Rad bi govoril s človekom",
        "Θέλω να μιλήσω με άνθρωπο, παρακαλώ",
        "Gribu runāt ar cilvēku, lūdzu",
        "Ich möchte bitte mit einem Menschen sprechen",
    ],
)
def test_a_mere_wish_for_a_person_says_nothing_of_the_matter(text: str) -> None:
    assert is_mere_reply(text)


def test_accents_case_and_curly_apostrophes_do_not_matter() -> None:
    assert folded("ŽIVJO, it’s Ελλάδα") == "zivjo, it's ελλαδα"


@pytest.mark.parametrize(
    "unit",
    [
        "talk to a ",
        "a",
        " ",
        "talk ",
        "with a real live ",
        "\n",
        "ž",
        "is not ",
        "and ",
        "hi ",
        "not talk to a human ",
        "razgovarati s ",
        "s pravom ",
        "govoriti z nekim pravim ",
        "runat ar ",
        "μιλησω με ",
        "then can a real ",
        "please ",
        "a real live human ",
    ],
)
def test_no_pattern_loses_its_way_in_a_hundred_thousand_characters(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert not any(judge(text) for judge in (is_thanks, wants_person, asks_something, is_greeting, is_yes))
