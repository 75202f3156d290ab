"""`allhands knowledge tune`: a threshold from the company's own questions or from a list, taken and given back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.__main__ import main
from bot.core.conversation import Direction
from bot.core.events import Author
from bot.core.judgement import Verdict
from bot.core.knowledge import Match
from bot.core.places import Identity, Place
from bot.core.survey import OfferOutcome
from bot.doctor_answers import answer_findings
from bot.importing import import_path
from bot.sampling import own_samples
from bot.settings import Settings
from bot.taught import open_shelf
from knowledge.scorer import scorer_of
from storage import UnitOfWork, make_engine, read, write
from storage.thresholds import Threshold
from tests.scenarios.test_learning import ODD

Run = Callable[..., tuple[int | str | None, str]]
ARRIVES, NICE = "when does my parcel arrive, order {}", "how do I find something nice {}"
"""The first is answered rightly. The second seems to be about returns, and no article answers it."""


@pytest.fixture
def settings(database_url: str, articles: Path) -> Settings:
    return Settings(database_url=database_url, knowledge_dir=articles, knowledge_vectors=False)


@pytest.fixture
def engine(settings: Settings, articles: Path, capsys: pytest.CaptureFixture[str]) -> Engine:
    engine = make_engine(settings.database_url)
    assert import_path(settings, engine, articles) == 0
    capsys.readouterr()
    return engine


@pytest.fixture
def allhands(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command; exit code, and what was written."""
    for name, value in {
        "LC_ALL": "C.UTF-8",
        "DATABASE_URL": settings.database_url,
        "KNOWLEDGE_DIR": str(settings.knowledge_dir),
        "KNOWLEDGE_VECTORS": "false",
    }.items():
        monkeypatch.setenv(name, value)
    # The log of the tests stays as it is.
    monkeypatch.setattr("bot.__main__.set_up", lambda *_: None)

    def run(*arguments: str) -> tuple[int | str | None, str]:
        monkeypatch.setattr("sys.argv", ["allhands", "knowledge", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return ended.value.code, written.out + written.err

    return run


@pytest.fixture
def listed(tmp_path: Path) -> Callable[..., str]:
    """A list of questions: so many of each text, with the article that answers them."""

    def write_list(*groups: tuple[str, int, str]) -> str:
        lines = [
            f'"{text.format(number)}",{article}' for text, count, article in groups for number in range(count)
        ]
        file = tmp_path / "questions.csv"
        file.write_text("\n".join(["question,article", *lines]))
        return str(file)

    return write_list


def ask(work: UnitOfWork, name: str, text: str, article: str, outcome: OfferOutcome | None) -> int:
    """Somebody asks, is offered an article, or nothing, and says what they make of it."""
    contact = work.contacts.meet(Author(Identity("telegram", "", name), name))
    place = Place("telegram", channel=name, is_direct=True)
    conversation = work.conversations.at(place) or work.conversations.open(contact, place)
    message = work.messages.add(conversation.id, Direction.INCOMING, name, text)
    if outcome is None:
        work.unanswered.add(message.id, conversation.id, conversation.person)
        return message.id
    offer = work.offers.add(conversation.id, message.id, Match(article, "en", article, "", 0.9))
    if outcome is not OfferOutcome.OPEN:
        work.offers.decide(offer.id, outcome)
    if outcome is OfferOutcome.SOLVED:
        work.judgements.add(article, "en", Verdict.SOLVED, message.id, conversation.person)
    return message.id


def stored(engine: Engine) -> dict[str, Threshold]:
    return read(engine, datetime.now(UTC), lambda work: work.thresholds.all())


def test_a_list_that_cannot_be_read_is_said_before_anything_long_begins(
    allhands: Run, tmp_path: Path
) -> None:
    code, written = allhands("tune", "--questions", str(tmp_path / "none.csv"))
    assert code == 1
    assert written.startswith("! none.csv: cannot be opened (No such file or directory).\n")
    assert "Every question is looked up" not in written


def test_a_list_gives_a_threshold_that_is_taken_and_given_back(
    allhands: Run, engine: Engine, settings: Settings, listed: Callable[..., str]
) -> None:
    path = listed((ARRIVES, 80, "delivery"), (NICE, 30, ""), ("what is the weather {}", 30, ""))
    code, written = allhands("tune", "--questions", path)
    assert code == 0, written
    assert "Questions in the list: 140; without an article that answers: 60" in written
    assert re.search(r"from 80% sure: +7\d get an answer, +7\d are right .*← in use, shipped", written), (
        written
    )
    assert "57 get an answer, 100 are right (96 to 100; judged: 80)  ← proposed" in written
    assert "Run the same with --apply to use what is proposed." in written
    assert stored(engine) == {}
    assert "Offered (" in allhands("ask", NICE.format(7))[1]

    code, written = allhands("tune", "--questions", path, "--apply")
    assert (code, "It is in use from now on, for letters #" in written) == (0, True), written
    chosen = stored(engine)[scorer_of(None)]
    assert 0.8 < chosen.value < 1
    assert (chosen.aim, chosen.judged, chosen.topics) == (0.95, 140, 4)
    told = allhands("ask", NICE.format(7))[1]
    assert f"Nothing is offered: no article is at least {chosen.value:.0%} sure." in told
    (finding,) = answer_findings(settings.database_url, None, 0)
    assert finding.is_ok
    assert f"from {chosen.value:.0%} sure on: chosen here" in finding.what
    assert "← in use, chosen here" in allhands("tune", "--questions", path)[1]

    assert "The shipped threshold is in use again." in allhands("tune", "--reset")[1]
    assert stored(engine) == {}
    assert "Offered (" in allhands("ask", NICE.format(7))[1]
    assert "No threshold had been chosen here" in allhands("tune", "--reset")[1]


def test_a_list_with_a_mistake_is_not_tried(
    allhands: Run, engine: Engine, listed: Callable[..., str]
) -> None:
    path = listed((ARRIVES, 120, "delivery"), ("and what of {}", 1, "retruns"))
    code, written = allhands("tune", "--questions", path, "--apply")
    assert code == 1
    assert (
        '! questions.csv:122: names the article "retruns", which is not published. Is "returns" meant?'
        in written
    )
    assert "get an answer" not in written
    assert stored(engine) == {}


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        pytest.param([(ARRIVES, 60, "delivery")],
                     "60 judged, which is too few to tell it from luck; still needed, at least: 40",
                     id="few"),
        pytest.param([(NICE, 120, "")], "at none of them 95% of the answers are right; the best is 0%", id="bad"),
        pytest.param([(ARRIVES, 108, "delivery"), ("when does my parcel arrive in Rome {}", 3, "")],
                     "is likely, but not certain.", id="nearly"),
    ],
)  # fmt: skip
def test_where_there_is_no_threshold_it_is_said_why(
    allhands: Run, engine: Engine, listed: Callable[..., str], groups: list[tuple[str, int, str]], told: str
) -> None:
    code, written = allhands("tune", "--questions", listed(*groups), "--apply")
    assert (code, told in written) == (1, True), written
    assert stored(engine) == {}


def test_questions_that_stand_in_an_article_prove_nothing(allhands: Run, listed: Callable[..., str]) -> None:
    path = listed((ARRIVES, 60, "delivery"), ("When does my parcel arrive?", 1, "delivery"))
    written = allhands("tune", "--questions", path)[1]
    assert "stand in an article word for word and prove nothing: 1" in written
    assert "60 judged" in written


@pytest.mark.parametrize("wrong", ["0.3", "1.5", "100", "many", "nan", "-1"])
def test_a_share_that_is_none_is_refused(allhands: Run, wrong: str) -> None:
    code, written = allhands("tune", f"--precision={wrong}")
    assert code == 2
    assert f"{wrong} is not a share from 0.5 to 0.99" in written


def test_a_lower_aim_is_reached_earlier(allhands: Run, listed: Callable[..., str]) -> None:
    path = listed((ARRIVES, 80, "delivery"), (NICE, 30, ""))
    for aim in ("60", "60%", "0.6"):
        assert "Proposed: 50% instead of 80%." in allhands("tune", "--questions", path, "--precision", aim)[1]


def test_without_any_question_it_is_said_how_many_are_needed(allhands: Run) -> None:
    code, written = allhands("tune", "--apply")
    assert code == 1
    assert "0 judged, which is too few to tell it from luck; still needed, at least: 100." in written


def test_what_customers_and_the_team_judged_gives_a_threshold(allhands: Run, engine: Engine) -> None:
    def happen(work: UnitOfWork) -> None:
        for number in range(110):
            ask(work, f"u{number}", ARRIVES.format(number), "delivery", OfferOutcome.SOLVED)
        for number in range(10):
            ask(work, f"silent{number}", ARRIVES.format(number), "delivery", OfferOutcome.OPEN)
        for number in range(6):
            ask(work, f"lost{number}", f"do you have green lamps {number}", "", None)
        chosen = ask(work, "lost", "when do you open on Sunday", "", None)
        work.judgements.add("delivery", "en", Verdict.CHOSEN, chosen, 1, staff_id=7)

    write(engine, datetime.now(UTC), happen)
    code, written = allhands("tune", "--apply")
    assert code == 0, written
    assert "at most five of one person: 127; judged by the customer or the team: 111" in written
    assert "Not answered, then or now: 6. That proves nothing" in written
    assert list(stored(engine)) == [scorer_of(None)]


def test_nobody_makes_a_threshold_alone(allhands: Run, engine: Engine) -> None:
    def happen(work: UnitOfWork) -> None:
        for number in range(200):
            ask(work, "mallory", ARRIVES.format(number), "delivery", OfferOutcome.SOLVED)

    write(engine, datetime.now(UTC), happen)
    code, written = allhands("tune", "--apply")
    assert code == 1
    assert "at most five of one person: 5; judged by the customer or the team: 2" in written
    assert "still needed, at least: 98." in written
    assert stored(engine) == {}


def test_what_the_search_has_learned_from_a_question_does_not_flatter_it(
    engine: Engine, settings: Settings
) -> None:
    write(engine, datetime.now(UTC), lambda work: ask(work, "dana", ODD, "delivery", OfferOutcome.SOLVED))
    shelf = open_shelf(settings, engine, datetime.now(UTC))
    assert shelf.index.search(ODD)[0].article.key == "delivery"
    (sample,) = own_samples(shelf, engine, datetime.now(UTC)).samples
    assert sample.confidence < 0.1
    assert shelf.index.search(ODD)[0].article.key == "delivery"


def test_what_an_asker_taught_with_other_questions_does_not_flatter_either(
    engine: Engine, settings: Settings
) -> None:
    """Of one person five questions count; what was taught with the sixth counts no more than that of the five."""

    def happen(work: UnitOfWork) -> None:
        ask(work, "dana", ODD, "delivery", OfferOutcome.SOLVED)
        for number in range(4):
            ask(work, "dana", f"do you have green lamps {number}", "", None)
        ask(work, "dana", f"{ODD} again", "", None)

    write(engine, datetime.now(UTC), happen)
    shelf = open_shelf(settings, engine, datetime.now(UTC))
    assert shelf.index.search(f"{ODD} again")[0].article.key == "delivery"
    samples = own_samples(shelf, engine, datetime.now(UTC)).samples
    assert len(samples) == 5
    assert max(one.confidence for one in samples) < 0.1


def test_a_follow_up_is_tried_with_the_question_before_it(engine: Engine, settings: Settings) -> None:
    def happen(work: UnitOfWork) -> None:
        ask(work, "dana", "how do I return something", "returns", OfferOutcome.OPEN)
        ask(work, "dana", "and how long does that take?", "returns", OfferOutcome.SOLVED)

    write(engine, datetime.now(UTC), happen)
    shelf = open_shelf(settings, engine, datetime.now(UTC))
    assert [one.is_right for one in own_samples(shelf, engine, datetime.now(UTC)).samples] == [True, None]


def test_the_doctor_says_when_the_model_or_the_articles_have_changed(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def found() -> tuple[bool, str, str]:
        (finding,) = answer_findings(settings.database_url, None, 0)
        return finding.is_ok, finding.what, finding.advice

    def choose(scorer: str, topics: int) -> None:
        chosen = Threshold(0.91, scorer, 0.95, 200, topics, datetime(2026, 3, 2, tzinfo=UTC))
        write(engine, datetime.now(UTC), lambda work: work.thresholds.set(chosen))

    assert found()[:2] == (True, "Answers are shown from 80% sure on, as shipped (topics: 4)")
    choose("another model #1", 4)
    is_ok, what, advice = found()
    assert not is_ok
    assert "from 80% sure on, as shipped: what was chosen here was chosen for another model #1" in what
    assert "allhands knowledge tune" in advice
    choose(scorer_of(None), 4)
    assert found()[0]
    assert "from 91% sure on: chosen here on 2026-03-02, from 200 judged questions" in found()[1]
    choose(scorer_of(None), 40)
    assert not found()[0]
    assert "There were 40 topics then and there are 4 now." in found()[2]
    assert answer_findings("sqlite:////proc/nowhere.db", None, 0) == []


def test_the_doctor_warns_when_more_is_rejected_than_was_promised(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def warnings() -> list[tuple[str, str]]:
        found = answer_findings(settings.database_url, None, 0)
        assert not any(one.is_fatal for one in found if not one.is_ok), "it answers all the same"
        return [(one.what, one.advice) for one in found if not one.is_ok]

    def judged(outcome: OfferOutcome, people: range) -> None:
        def happen(work: UnitOfWork) -> None:
            for number in people:
                ask(work, f"p{number}", f"where is parcel {number}", "delivery", outcome)

        write(engine, datetime.now(UTC), happen)

    judged(OfferOutcome.SOLVED, range(16))
    judged(OfferOutcome.REJECTED, range(16, 18))
    assert warnings() == [], "eighteen are too few to tell it from luck"
    judged(OfferOutcome.REJECTED, range(18, 24))
    assert warnings() == [
        (
            "Rejected 8 of 24 judged answers, more than the threshold promises (95% right)",
            "Run: allhands knowledge tune",
        )
    ]
    judged(OfferOutcome.SOLVED, range(24, 150))
    assert warnings() == []


def test_what_was_lowered_once_is_no_reason_to_lower_it_again(engine: Engine, settings: Settings) -> None:
    """A question without an answer, surer than the chosen threshold and less than the shipped one, stays wrong."""
    doubtful = "when do you open today"

    def happen(work: UnitOfWork) -> None:
        ask(work, "dana", doubtful, "", None)
        work.thresholds.set(Threshold(0.01, scorer_of(None), 0.95, 200, 4, datetime.now(UTC)))

    write(engine, datetime.now(UTC), happen)
    shelf = open_shelf(settings, engine, datetime.now(UTC))
    (sample,) = own_samples(shelf, engine, datetime.now(UTC)).samples
    assert shelf.threshold == 0.01 < sample.confidence < shelf.index.threshold
    assert (sample.is_right, sample.is_presumed) == (False, True)
