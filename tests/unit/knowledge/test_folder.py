"""Reading a knowledge folder: what is taken, what is explained, what is noticed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.article import Audience
from knowledge.folder import LARGEST_FILE, fingerprint, read_folder


def write(folder: Path, name: str, text: str | bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def article(title: str = "Returns", body: str = "Thirty days.", **more: str) -> str:
    facts = "".join(f"{name}: {value}\n" for name, value in {"title": title, **more}.items())
    return f"---\n{facts}---\n\n{body}\n"


def test_front_matter_becomes_an_article(tmp_path):
    write(
        tmp_path,
        "returns.md",
        article(
            tags="[Returns, refunds]", url="https://shop.example/returns", phrasings="[Can I send it back?]"
        ),
    )

    (found,) = read_folder(tmp_path).articles

    assert (found.key, found.language, found.title, found.body) == (
        "returns",
        "en",
        "Returns",
        "Thirty days.",
    )
    assert found.tags == ("returns", "refunds")
    assert found.phrasings == ("Can I send it back?",)
    assert found.url == "https://shop.example/returns"
    assert found.source == "returns.md"


def test_front_matter_says_for_whom_and_until_when(tmp_path):
    facts = {"audience": "Staff", "products": "[Fjord shelf, Mattress]", "valid_until": "2026-12-31"}
    write(tmp_path, "a.md", article(**facts, valid_from="2026-12-01 08:00:00+01:00"))

    (found,) = read_folder(tmp_path).articles

    assert (found.audience, found.products) == (Audience.STAFF, ("Fjord shelf", "Mattress"))
    assert found.valid_from == datetime(2026, 12, 1, 7, tzinfo=UTC)
    assert found.valid_until == datetime(2027, 1, 1, tzinfo=UTC), "the last day counts"


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        pytest.param("returns.hr.md", {}, id="the file name says the language"),
        pytest.param("hr/returns.md", {}, id="the folder says the language"),
        pytest.param(
            "povrat.md", {"language": "hr", "key": "returns"}, id="the front matter gives key and language"
        ),
        pytest.param("returns.de.md", {"language": "hr"}, id="the front matter wins over the file name"),
    ],
)
def test_translations_share_a_key(tmp_path, name, facts):
    write(tmp_path, "returns.md", article())
    write(tmp_path, name, article("Povrat", **facts))

    found = read_folder(tmp_path)

    assert not found.problems
    assert {(each.key, each.language) for each in found.articles} == {("returns", "en"), ("returns", "hr")}


def test_a_word_in_a_path_that_is_no_language_stays_in_the_key(tmp_path):
    write(tmp_path, "qa/v2.notes.md", article())

    (found,) = read_folder(tmp_path).articles

    assert (found.key, found.language) == ("qa/v2.notes", "en")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("a.md", "Just text.", "no title", id="no title anywhere"),
        pytest.param("a.md", article(body=""), "no text", id="front matter only"),
        pytest.param(
            "a.md", "---\ntitle: a: b\n---\nx", "not valid YAML (line 2)", id="a colon that needs quotes"
        ),
        pytest.param("a.md", b"---\ntitle: caf\xe9\n---\nx", "not UTF-8 (byte 15)", id="latin-1"),
        pytest.param(
            "a.md", article(language="English please"), "Write a code such as en", id="a language in words"
        ),
        pytest.param("a.md", article(audience="stuff"), "public, customers or staff", id="nobody it is for"),
        pytest.param("a.md", article(valid_until="soon"), "valid_until: 2026-12-31", id="a date in words"),
        pytest.param("a.md", article(tags="{a: b}"), "Write tags: [one, two]", id="tags that are a mapping"),
        pytest.param("a.md", article(body="x" * (LARGEST_FILE + 1)), "larger than", id="a megabyte"),
        pytest.param(
            "a.md", "---\ntitle: " + "[" * 5000 + "\n---\nx", "front matter", id="nested beyond reason"
        ),
        pytest.param(
            "a.md", "---\ntitle: x\ndate: 2026-13-45\n---\nx", "front matter", id="a date that is none"
        ),
        pytest.param("a.md", b"", "no title", id="an empty file"),
    ],
)
def test_a_bad_file_is_explained_and_the_others_are_read(tmp_path, name, content, said):
    write(tmp_path, name, content)
    write(tmp_path, "good.md", article("Good"))

    found = read_folder(tmp_path)

    assert [each.title for each in found.articles] == ["Good"]
    (problem,) = found.problems
    assert problem.source == name
    assert said in str(problem)
    assert str(problem).startswith(f"{name}: ")


def test_the_same_article_twice_keeps_the_first_and_names_both(tmp_path):
    write(tmp_path, "a/returns.md", article("First", key="returns"))
    write(tmp_path, "b/returns.md", article("Second", key="returns"))

    found = read_folder(tmp_path)

    assert [each.title for each in found.articles] == ["First"]
    assert found.problems[0].source == "b/returns.md"
    assert "a/returns.md already is" in str(found.problems[0])


def test_a_missing_folder_is_a_clear_problem(tmp_path):
    found = read_folder(tmp_path / "nowhere")

    assert found.articles == ()
    assert "does not exist" in str(found.problems[0])
    assert "KNOWLEDGE_DIR" in str(found.problems[0])


def test_a_file_in_place_of_the_folder_is_a_clear_problem(tmp_path):
    assert "is a file" in str(read_folder(write(tmp_path, "a.md", article())).problems[0])


def test_the_heading_serves_as_title_and_is_not_shown_twice(tmp_path):
    write(tmp_path, "delivery.md", "# Delivery times\n\nTwo days.")

    (found,) = read_folder(tmp_path).articles

    assert (found.title, found.body) == ("Delivery times", "Two days.")


def test_a_byte_order_mark_and_windows_line_ends_are_no_problem(tmp_path):
    write(tmp_path, "a.md", b"\xef\xbb\xbf---\r\ntitle: Returns\r\n---\r\n\r\nThirty days.\r\n")

    (found,) = read_folder(tmp_path).articles

    assert (found.title, found.body) == ("Returns", "Thirty days.")


@pytest.mark.parametrize(
    ("written", "meant"), [("pt_br", "pt-BR"), ("HR", "hr"), ("no", "no"), ("sr-latn", "sr-Latn")]
)
def test_language_codes_are_written_one_way(tmp_path, written, meant):
    write(tmp_path, "a.md", article(language=written))

    assert read_folder(tmp_path).articles[0].language == meant


def test_readme_and_hidden_files_are_not_articles(tmp_path):
    for name in ("README.md", ".draft.md", ".git/a.md", "notes.txt"):
        write(tmp_path, name, article())

    found = read_folder(tmp_path)

    assert (found.articles, found.problems) == ((), ())


def test_checksum_follows_the_content(tmp_path):
    file = write(tmp_path, "a.md", article(body="Thirty days."))
    before = read_folder(tmp_path).articles[0].checksum
    file.write_text(article(body="Sixty days."))

    assert read_folder(tmp_path).articles[0].checksum != before


def test_fingerprint_changes_with_an_edit_an_addition_and_a_removal(tmp_path):
    write(tmp_path, "a.md", article())
    seen = [fingerprint(tmp_path)]
    write(tmp_path, "a.md", article(body="Sixty days, no questions asked."))
    seen.append(fingerprint(tmp_path))
    added = write(tmp_path, "b.md", article("B"))
    seen.append(fingerprint(tmp_path))
    (tmp_path / "a.md").unlink()
    seen.append(fingerprint(tmp_path))

    assert len(set(seen)) == 4
    assert fingerprint(tmp_path) == seen[-1]
    added.unlink()
    assert fingerprint(tmp_path) == fingerprint(tmp_path / "nowhere")
