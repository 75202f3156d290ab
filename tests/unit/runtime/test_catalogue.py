"""Every language counts as it does, writes spans of time as it does, and is found under its names."""

import pytest

from bot.runtime.catalogue import fallbacks, languages, spoken, texts_in

NUMBERS = (1, 2, 3, 5, 11, 21, 101, 102)
WAITING = {
    "en": ["customer"] + ["customers"] * 7,
    "hr": [
        "korisnik",
        "korisnika",
        "korisnika",
        "korisnika",
        "korisnika",
        "korisnik",
        "korisnik",
        "korisnika",
    ],
    "sl": ["stranka", "stranki", "stranke", "strank", "strank", "strank", "stranka", "stranki"],
    "el": ["πελάτης"] + ["πελάτες"] * 7,
    "lv": ["klients", "klienti", "klienti", "klienti", "klientu", "klients", "klients", "klienti"],
}
VERBS = {
    "hr": ["čeka", "čekaju", "čekaju", "čeka", "čeka", "čeka", "čeka", "čekaju"],
    "sl": ["čaka", "čakata", "čakajo", "čaka", "čaka", "čaka", "čaka", "čakata"],
}


def test_the_five_languages_are_there() -> None:
    assert languages() == sorted(WAITING)


@pytest.mark.parametrize("language", sorted(WAITING))
def test_each_language_counts_as_it_does(language: str) -> None:
    texts = texts_in(language)
    said = [texts.plural("{n} customer waiting", "{n} customers waiting", n).split() for n in NUMBERS]
    assert [one[0] for one in said] == [str(n) for n in NUMBERS]
    assert [one[1] for one in said] == WAITING[language]
    if language in VERBS:
        assert [one[2] for one in said] == VERBS[language]


@pytest.mark.parametrize(
    ("language", "few", "hours", "days", "many"),
    [
        ("en", "5 min", "2 hr 5 min", "3 days", "1,000"),
        ("hr", "5 min", "2 h 5 min", "3 dana", "1.000"),
        ("sl", "5 min", "2 ure 5 min", "3 dni", "1.000"),
        ("el", "5 λ.", "2 ώ. 5 λ.", "3 ημέρες", "1.000"),
        ("lv", "5 min", "2 st. 5 min", "3 d.", "1\xa0000"),
    ],
)
def test_spans_and_numbers_are_written_as_the_language_does(
    language: str, few: str, hours: str, days: str, many: str
) -> None:
    texts = texts_in(language)
    spans = [texts.span(minutes).replace("\xa0", " ") for minutes in (5, 125, 3 * 24 * 60)]
    assert [*spans, texts.number(1000)] == [few, hours, days, many]


def test_a_share_is_written_as_the_language_does() -> None:
    said = {language: texts_in(language).percent(0.873).replace("\xa0", " ") for language in languages()}
    assert said == {"en": "87%", "hr": "87 %", "sl": "87 %", "el": "87%", "lv": "87%"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["hr-BA"], "hr"),
        (["hr_HR"], "hr"),
        (["EL"], "el"),
        (["fr", "sl-SI"], "sl"),
        (["fr-CA"], "en"),
        (["bs"], "hr"),
        (["sr-Latn-RS"], "hr"),
        (["C"], "en"),
        (["../../etc"], "en"),
        ([""], "en"),
        ([], "en"),
    ],
)
def test_a_language_falls_back_in_the_declared_order(wanted: list[str], found: str) -> None:
    assert texts_in(*wanted).language == found


def test_the_order_is_region_first_and_english_last() -> None:
    assert list(fallbacks("pt_BR")) == ["pt-br", "pt"]
    assert list(fallbacks("bs-Latn-BA")) == ["bs-latn-ba", "bs-latn", "bs", "hr"]


def test_languages_are_called_by_their_own_names_and_by_those_of_the_others() -> None:
    named = {one.code: one for one in spoken()}
    assert [named[code].name for code in ("en", "hr", "sl", "el", "lv")] == [
        *("English", "Hrvatski", "Slovenščina", "Ελληνικά", "Latviešu")
    ]
    assert {"hr", "croatian", "hrvatski", "κροατικά"} <= named["hr"].names
    everything = [name for one in spoken() for name in one.names]
    assert len(everything) == len(set(everything))
