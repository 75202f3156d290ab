"""The number of an order says whose question it is, and nothing of what is asked."""

import pytest

from knowledge.article import Article
from knowledge.index import Index
from knowledge.references import codes_in, without_references
from knowledge.vector_cache import VectorCache


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Where is my order JP-10293?", "Where is my order?"),
        ("where is my order #123456", "where is my order"),
        ("ticket #417, any news?", "ticket, any news?"),
        ("refund for 2026-11-20/7731 please", "refund for please"),
        ("write to anna.k@example.com or call +385 91 234 5678!", "write to or call!"),
        ("parcel 1Z999AA10123456784 is late", "parcel is late"),
        ("kje je naročilo JP20391-A", "kje je naročilo"),
        ("που ειναι η παραγγελια JP-10293;", "που ειναι η παραγγελια;"),
    ],
)
def test_what_belongs_to_one_customer_is_left_out(text: str, left: str) -> None:
    assert without_references(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "is the FX-2000 in stock?",
        "getting 429 from your api",
        "M8 screws, 2 of 4 are missing",
        "90 x 200 cm or 140x200?",
        "my invoice of 2025",
        "the catalogue of 1998-2004",
        "two  spaces and 1 number",
        "delivered at 12:30 on 3.11.2026",
        "2FA code",
        "4.90 € for a label",
        "10293-44178",
        "anna@example.com",
        "just words",
        "",
    ],
)
def test_what_may_be_asked_about_stays(text: str) -> None:
    assert without_references(text) == text


@pytest.mark.parametrize("unit", ["1", "1-", "a", "a1-", "@a", "a@a.", "# ", "(1", "١ "])
def test_no_text_is_too_long_for_it(unit: str) -> None:
    assert len(without_references(unit * (20_000 // len(unit)))) <= 20_000


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("Where is my order JP-10293?", "track-order"),
        ("how do I get a refund for order #204417?", "refunds"),
        ("kje je moje naročilo JP-22101", "track-order"),
    ],
)
def test_a_question_that_names_an_order_is_answered_like_one_that_does_not(
    index: Index, question: str, key: str
) -> None:
    (best, *_) = index.search(question)
    assert best.article.key == key


def test_a_code_that_an_article_is_about_stays() -> None:
    known = codes_in([Article("a", "en", "Error 0x80070057", "Also shown as (CE-34878-0) or 80070057/B.")])
    assert known == {"0X80070057", "CE-34878-0", "80070057/B"}
    assert without_references("error 0x80070057 for order 4471822", known) == "error 0x80070057 for order"
    assert without_references("what is ce-34878-0", known) == "what is ce-34878-0"


def test_a_code_of_an_article_that_came_later_is_known() -> None:
    many = [Article(f"a{n}", "en", f"How to paint the {n}th wall", "With a brush.") for n in range(1000)]
    before = Index.build(many, embedder=None, cache=VectorCache())
    later = [
        Article("first", "en", "Code CE-34878 on the lamp", "Switch it off and on again."),
        Article("second", "en", "Code CE-99121 on the lamp", "Send it back to us."),
    ]
    changed = Index.build([*many, *later], embedder=None, cache=VectorCache(), before=before)
    found = [
        changed.search_all(f"code {code} on the lamp")[0].article.key for code in ("CE-34878", "CE-99121")
    ]
    assert found == ["first", "second"]
