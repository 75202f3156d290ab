"""Articles come in from folders, checkouts and other desks, each once, and go out as they came."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from bot import importing
from bot.core.article import ArticleText, Audience
from bot.importing import export_to, import_path
from bot.settings import Settings
from knowledge.folder import read_folder
from storage import StoredArticle, UnitOfWork, make_engine, read, write
from storage.library import Library

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ZENDESK = {
    "articles": [
        {
            "id": 360001,
            "title": "How do I pay?",
            "body": '<h2>Cards</h2><p>With any <b>card</b>.</p><script>alert(1)</script>'
            '<p><a href="javascript:alert(1)">here</a> <a href="https://shop.example/pay">there</a></p>',
            "locale": "en-us",
            "label_names": ["Billing"],
            "html_url": "https://help.example/hc/360001",
            "user_segment_id": None,
            "draft": False,
        },
        {"id": 360002, "title": "For the team", "body": "<p>Secret.</p>", "locale": "en-us", "user_segment_id": 7},
        {"id": 360003, "title": "Soon", "body": "<p>Not yet.</p>", "locale": "en-us", "draft": True},
        {"id": 360004, "title": "", "body": "<p>No title.</p>", "locale": "en-us"},
    ],
    "translations": [
        {"source_id": 360001, "locale": "hr", "title": "Kako platiti?", "body": "<p>Karticom.</p>"},
    ],
}  # fmt: skip


@pytest.fixture
def engine(database_url: str) -> Engine:
    return make_engine(database_url)


@pytest.fixture
def settings(database_url: str, articles: Path) -> Settings:
    return Settings(database_url=database_url, knowledge_dir=articles)


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def bring(
    settings: Settings, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Import a path; exit code and what was written."""

    def run(path: Path, *, is_dry: bool = False) -> tuple[int, str]:
        code = import_path(settings, engine, path, is_dry=is_dry)
        return code, capsys.readouterr().out

    return run


def asked(engine: Engine, question: Callable[[UnitOfWork], Any]) -> Any:
    return read(engine, NOW, question)


def zendesk(tmp_path: Path, export: object = ZENDESK) -> Path:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(export))
    return file


def test_what_is_not_there_is_named_as_it_was_given(
    engine: Engine, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_path(settings, engine, tmp_path / "help.zip") == 1
    assert capsys.readouterr().out == f"! There is no file and no folder {tmp_path}/help.zip.\n"


def test_an_export_of_zendesk_becomes_articles(engine: Engine, bring: Any, tmp_path: Path) -> None:
    code, told = bring(zendesk(tmp_path))
    assert code == 1, "one of them has no title"
    assert "zendesk 360004: has no title." in told
    assert "4 articles: 4 new, 0 changed, 0 removed." in told
    paid = asked(engine, lambda work: work.library.get("zendesk-360001", "en-US"))
    assert paid.body == "## Cards\n\nWith any **card**.\n\nhere [there](https://shop.example/pay)"
    assert (paid.tags, paid.url) == (("billing",), "https://help.example/hc/360001")
    assert asked(engine, lambda work: work.library.get("zendesk-360001", "hr")).title == "Kako platiti?"
    secret = asked(engine, lambda work: work.library.get("zendesk-360002", "en-US"))
    assert secret.audience is Audience.STAFF, "for some only, so for the team until somebody has looked"
    assert asked(engine, lambda work: work.library.get("zendesk-360003", "en-US")) is None, (
        "a draft there and here"
    )
    assert asked(engine, lambda work: work.versions.newest("zendesk-360003", "en-US")).state.value == "draft"


def test_what_comes_twice_is_there_once(engine: Engine, bring: Any, tmp_path: Path) -> None:
    bring(zendesk(tmp_path))
    before = asked(engine, lambda work: work.library.all())
    _, told = bring(zendesk(tmp_path))
    assert "4 articles: 0 new, 0 changed, 0 removed." in told
    assert asked(engine, lambda work: work.library.all()) == before


def test_what_was_edited_here_is_not_written_over(engine: Engine, bring: Any, tmp_path: Path) -> None:
    bring(zendesk(tmp_path))

    def edit(work: UnitOfWork) -> None:
        version = work.versions.write("zendesk-360001", "hr", ArticleText("Kako platiti?", "Gotovinom."), 5)
        assert work.library.publish(version, 5)

    write(engine, NOW, edit)
    changed = json.loads(json.dumps(ZENDESK))
    changed["translations"][0]["body"] = "<p>Karticom ili gotovinom.</p>"
    _, told = bring(zendesk(tmp_path, changed))
    assert "changed here since: the new text waits as a draft" in told
    assert asked(engine, lambda work: work.library.get("zendesk-360001", "hr")).body == "Gotovinom."
    draft = asked(engine, lambda work: work.versions.newest("zendesk-360001", "hr"))
    assert (draft.state.value, draft.text.body) == ("draft", "Karticom ili gotovinom.")


def test_a_dry_run_tells_all_and_stores_nothing(
    engine: Engine, bring: Any, tmp_path: Path, articles: Path
) -> None:
    for path in (zendesk(tmp_path), articles):
        _, told = bring(path, is_dry=True)
        assert "4 articles: 4 new, 0 changed, 0 removed." in told
        assert "This was a dry run" in told
    assert asked(engine, lambda work: work.library.all()) == []
    assert asked(engine, lambda work: work.versions.undecided()) == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_becomes_articles(engine: Engine, bring: Any, tmp_path: Path, separator: str) -> None:
    file = tmp_path / "faq.csv"
    rows = [
        ("Title", "Body", "Language", "Tags"),
        ("Opening hours", "<p>From <i>nine</i>.</p>", "en", "shop"),
        ("Radno vrijeme", "Od devet.", "hr", ""),
        ("Επιστροφές", "Σε 30 ημέρες.", "el", ""),
        ("Πληρωμή", "Με κάρτα.", "el", ""),
    ]
    file.write_text("".join(f"{separator.join(row)}\r\n" for row in rows))
    code, told = bring(file)
    assert (code, "4 articles: 4 new" in told) == (0, True), told
    found = asked(engine, lambda work: work.library.get("opening-hours", "en"))
    assert (found.body, found.tags) == ("From *nine*.", ("shop",))
    assert asked(engine, lambda work: work.library.get("pliromi", "el")) is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("export.json", "{"),
        ("export.json", "[1, 2]"),
        ("export.json", '{"tickets": []}'),
        ("export.json", "[" * 100_000),
        ("faq.csv", "question,answer\nWhy?,Because.\n"),
        ("faq.csv", ""),
    ],
)
def test_what_is_no_export_is_explained(bring: Any, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    code, told = bring(tmp_path / name)
    assert code == 1
    assert told.startswith(f"! {name}: cannot be read.")


def test_the_report_says_what_should_be_mended(bring: Any, articles: Path) -> None:
    (articles / "twin.md").write_text(
        "---\ntitle: A twin\n---\n" + (articles / "api.md").read_text().split("---\n")[2]
    )
    (articles / "again.md").write_text("---\ntitle: how do I get an API key?\n---\nAsk us.\n")
    (articles / "links.md").write_text(
        "---\ntitle: Links\n---\n[gone](old/gone.md), [there](returns.md#how), [out](https://example.com/x.md)\n"
    )
    (articles / "odd.md").write_text("---\ntitle: Odd\nlanguage: zq\n---\nOdd.\n")
    _, told = bring(articles)
    assert "? links.md: links to old/gone.md, which is not there." in told
    assert "? twin.md: has the same text as api.md." in told
    assert "has the same title as" in told
    assert '? odd.md: has the language "zq", which is not known.' in told
    assert told.count("\n? ") + told.startswith("? ") == 4


def test_a_checkout_leaves_branch_and_commit_with_every_version(
    engine: Engine, bring: Any, articles: Path
) -> None:
    git = articles / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs" / "heads" / "main").write_text("0123456789abcdef0123456789abcdef01234567\n")
    (git / "inside.md").write_text("---\ntitle: Inside\n---\nNo article.\n")
    _, told = bring(articles)
    assert "Git checkout: main 0123456789ab" in told
    assert "4 articles: 4 new" in told
    assert asked(engine, lambda work: work.versions.newest("api", "en")).note == "main 0123456789ab"


def test_a_link_out_of_the_folder_is_not_followed(bring: Any, articles: Path, tmp_path: Path) -> None:
    (tmp_path / "passwords.md").write_text("---\ntitle: Passwords\n---\nhunter2\n")
    (articles / "evil.md").symlink_to(tmp_path / "passwords.md")
    code, told = bring(articles)
    assert code == 1
    assert "evil.md: is a link to a file outside of the folder." in told


def test_what_goes_out_comes_in_as_it_was(engine: Engine, bring: Any, articles: Path, tmp_path: Path) -> None:
    bring(articles)
    text = ArticleText(
        "Sale: half *price*", "Until\n\n- then\n---\nend", ("sale",), ("What is cheap?",), "https://shop.example/sale",
        Audience.CUSTOMERS, ("Fjord",), NOW, datetime(2026, 12, 31, 18, tzinfo=UTC),
    )  # fmt: skip

    def publish(work: UnitOfWork) -> None:
        for key in ("../../sale", "sale"):
            assert work.library.publish(work.versions.write(key, "hr", text, 5), 5)

    write(engine, NOW, publish)
    folder = tmp_path / "out"
    assert export_to(engine, folder) == 0
    found = read_folder(folder)
    assert found.problems == ()
    stored = asked(engine, lambda work: work.library.all())
    assert {(one.key, one.language): one.body for one in found.articles} == {
        (one.key, one.language): one.body for one in stored
    }
    sale = next(one for one in found.articles if one.key == "sale")
    assert (sale.title, sale.audience, sale.valid_from, sale.valid_until) == (
        text.title, text.audience, text.valid_from, text.valid_until
    )  # fmt: skip
    assert export_to(engine, folder) == 1, "nothing is written over"


def many(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"a{number}.md").write_text(f"# Article {number}\n\nText of {number}.")
    return folder


def test_what_was_cut_off_is_told_and_goes_on_where_it_stopped(
    engine: Engine, bring: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "IMPORTED_AT_ONCE", 2)
    folder, put = many(tmp_path / "many", 5), Library.put

    def put_until_stopped(library: Library, article: StoredArticle, **about: Any) -> None:
        if article.key == "a3":
            raise KeyboardInterrupt
        put(library, article, **about)

    with monkeypatch.context() as stopped:
        stopped.setattr(Library, "put", put_until_stopped)
        code, told = bring(folder)
    assert code == 1
    assert "5 articles: 2 new, 0 changed, 0 removed." in told
    assert "a1 (en) Article 1: new" in told
    assert "a2 (en)" not in told, "it was in the portion that was not stored"
    assert told.endswith("It was cut off: what stands above is stored, the rest is not. Run it again.\n")
    assert [one.key for one in asked(engine, lambda work: work.library.all())] == ["a0", "a1"]

    code, told = bring(folder)
    assert (code, "5 articles: 3 new, 0 changed, 0 removed." in told) == (0, True), told
    assert len(asked(engine, lambda work: work.library.all())) == 5
    assert [one.number for one in asked(engine, lambda work: work.versions.of("a1", "en"))] == [1]
    assert "0 new, 0 changed, 0 removed." in bring(folder)[1]


def test_a_dry_run_of_many_portions_stores_nothing(
    engine: Engine, bring: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "IMPORTED_AT_ONCE", 2)
    told = bring(many(tmp_path / "many", 5), is_dry=True)[1]
    assert "5 articles: 5 new, 0 changed, 0 removed." in told
    assert "This was a dry run: nothing of it was stored.\n" in told
    assert asked(engine, lambda work: work.library.all()) == []


def test_a_mistake_in_a_file_takes_no_article_from_the_customers(
    engine: Engine, bring: Any, tmp_path: Path
) -> None:
    folder = many(tmp_path / "many", 4)
    bring(folder)
    (folder / "a0.md").write_text("---\ntitle: VAT: how it works\n---\n\nText.")
    (folder / "a1.md").write_text("---\ntitle: Article 1\naudience: stuff\n---\n\nFor the team.")
    (folder / "a2.md").unlink()

    code, told = bring(folder)

    assert code == 1, told
    assert "a0 (en) Article 0: stays as it was, for its file cannot be read" in told, told
    assert "a1 (en) Article 1: removed" in told, "it may be meant for the team"
    assert "a2 (en) Article 2: removed" in told
    assert "1 article: 0 new, 0 changed, 2 removed." in told
    assert [one.body for one in asked(engine, lambda work: work.library.all())] == [
        "Text of 0.",
        "Text of 3.",
    ]
