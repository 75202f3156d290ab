"""A question is found as surely with a greeting, thanks and a name around it as without."""

import pytest

from knowledge.courtesies import sentences_asked
from knowledge.index import Index
from knowledge.senses import senses_of


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Hi, where is my order?", ["where is my order?"]),
        ("hi where is it", ["where is it"]),
        ("Hey Allhands team, is it in stock?", ["is it in stock?"]),
        ("Hi Anna, where is my order, please?", ["where is my order?"]),
        ("Bok Šime, gdje je moj paket?", ["gdje je moj paket?"]),
        ("hi there all, order lost, where is it", ["order lost, where is it"]),
        ("Good morning everyone, is the shop open today?", ["is the shop open today?"]),
        ("Hi there!\n\nwhere is my order\n\nThanks in advance!", ["where is my order"]),
        ("Dear support team,\n\nhow do I return a lamp?\n\nKind regards,\nAnna Miller", ["how do I return a lamp?"]),
        ("Dear Sir or Madam, my parcel is lost", ["my parcel is lost"]),
        ("Hello, could you please help me? my shelf wobbles Thank you very much", ["my shelf wobbles"]),
        ("I hope you are well. I have a quick question! My lamp flickers.", ["My lamp flickers."]),
        ("thank you, where is it", ["where is it"]),
        ("i need help with returns pls", ["i need help with returns"]),
        ("Bok! Gdje je moj paket? Hvala unaprijed.", ["Gdje je moj paket?"]),
        ("Poštovani, koliko traje dostava. Hvala i lijep pozdrav, Ivan", ["koliko traje dostava."]),
        ("Pozdravljeni, kje je moje naročilo? Hvala vnaprej in lep pozdrav, Maja", ["kje je moje naročilo?"]),
        ("Καλησπέρα σας, πού είναι το πακέτο μου; Ευχαριστώ πολύ!", ["πού είναι το πακέτο μου;"]),
        ("Labdien! Kur ir mana paka? Paldies jau iepriekš", ["Kur ir mana paka?"]),
        ("Sehr geehrte Damen und Herren,\nwo ist mein Paket?\nViele Grüße\nMax Muster", ["wo ist mein Paket?"]),
        ("I'd like to know where my order is", ["where my order is"]),
        ("Quick question - can I pay by card?", ["can I pay by card?"]),
        ("Could you please tell me if you ship to Norway, thanks", ["if you ship to Norway"]),
        ("Dobar dan, zanima me kada stiže paket", ["kada stiže paket"]),
        ("Mi lahko poveste, kdaj pride paket?", ["kdaj pride paket?"]),
        ("Θα ήθελα να μάθω πότε έρχεται το δέμα", ["πότε έρχεται το δέμα"]),
        ("Vai varat pateikt, kad pienāks paka?", ["kad pienāks paka?"]),
        ("I love it! Where can I buy more?", ["I love it!", "Where can I buy more?"]),
    ],
)  # fmt: skip
def test_what_wraps_a_question_is_left_out(text: str, asked: list[str]) -> None:
    assert sentences_asked(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "hi-fi set broken",
        "can you help me with my account",
        "Can I have it with the problem?",
        "please cancel my order",
        "do you know it",
        "the question is answered",
        "order missing, help",
        "thanks for nothing",
        "ok thanks, and how do I return it",
        "my order of 3.5 kg to api.example.com or the U.S. is late",
        "Hi",
        "thanks",
        "Dear all",
        "no",
        "",
        "?",
    ],
)
def test_what_asks_something_or_is_nothing_else_stays(text: str) -> None:
    assert sentences_asked(text) == [text]


def test_several_sentences_are_read_together_and_each_by_itself_what_asks_first() -> None:
    text = "I bought a lamp. It is blue. I like it. Can I return it? Thanks!"
    assert [sense.text for sense in senses_of(text)] == [
        text,
        "Can I return it?",
        "I bought a lamp.",
        "It is blue.",
    ]
    assert [sense.is_part for sense in senses_of(text)] == [False, True, True, True]
    assert senses_of("Hi, can I return it?") == [("Hi, can I return it?", "Hi, can I return it?", False)]


@pytest.mark.parametrize(
    "unit", ["hi ", "thanks, ", "Dear ", "a. ", "a\n", "hvala i ", "regards\n", "?", "hi, A b, "]
)
def test_no_message_is_too_long_for_it(unit: str) -> None:
    assert sentences_asked(unit * (20_000 // len(unit)))


@pytest.mark.parametrize(
    "around",
    [
        "Hi, {}",
        "Hi there!\n\n{}\n\nThanks in advance!",
        "Dear support team,\n\n{}\n\nKind regards,\nAnna Miller",
        "Hello, could you please help me? {} Thank you very much!",
        "Hi, I am a customer of yours since last year. {}",
    ],
)
@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("How do I get a refund?", "refunds"),
        ("My shelf wobbles.", "fjord-shelf"),
        ("Can I exchange the chair for another colour?", "exchange"),
    ],
)
def test_a_courteous_question_is_answered_like_a_bare_one(
    index: Index, around: str, question: str, key: str
) -> None:
    (best, *_) = index.search(around.format(question))
    assert best.article.key == key
    assert best.confidence >= index.search(question)[0].confidence - 0.02
    assert index.search_all(around.format(question))[0].article.key == key


def test_what_was_rejected_is_not_answered_for_the_sake_of_one_of_its_sentences(build, samples) -> None:
    index = build(samples.articles)
    said = "How do I get a refund? The thing is a wobblewick. It came from my aunt in Graz."
    assert index.search(said)[0].article.key == "refunds"
    index.reject("refunds", said)
    assert "refunds" not in [match.article.key for match in index.search(said)]
    assert index.search("How do I get a refund?")[0].article.key == "refunds"


def test_courtesy_alone_is_answered_with_nothing(index: Index) -> None:
    assert (
        index.search("Hello team! I hope you are well. Could you please help me? Thanks in advance, Anna")
        == []
    )


def test_a_follow_up_with_a_greeting_is_one(index: Index) -> None:
    found = index.search(
        "Hi, and how long does that take? Thanks", threshold=0.4, previous="how do I get a refund?"
    )
    assert found[0].article.key == "refunds"


def test_marks_around_words_are_no_part_of_them(index: Index) -> None:
    assert index.search("**where** is _my_ *order*?")[0].article.key == "track-order"
    assert index.search("> where is ~~the~~ `my` order")[0].article.key == "track-order"
