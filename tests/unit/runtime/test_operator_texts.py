"""What operators read is in their language, as the environment names it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import SetupError
from bot.__main__ import main
from bot.runtime import catalogue
from bot.runtime.metrics import Metrics
from bot.runtime.supervisor import State, Supervisor
from bot.settings import SettingsError, load
from knowledge.folder import read_folder

SWEDISH = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "read a folder of Markdown articles"
msgstr "läs en mapp med artiklar"

msgid "Telegram does not take the webhook ({reason})."
msgstr "Telegram tar inte emot webhooken ({reason})."

msgid "Input should be less than or equal to {le}"
msgstr "Högst {le}"

msgid "'{value}' is not a place: write slack:C…, discord:… or telegram:-100…"
msgstr "'{value}' är ingen plats"

msgid "The knowledge folder {folder} does not exist. Create it or change KNOWLEDGE_DIR."
msgstr "Mappen {folder} finns inte."
"""


@pytest.fixture(autouse=True)
def swedish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "sv" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "allhands.po").write_text(SWEDISH, encoding="utf-8")
    monkeypatch.setattr(catalogue, "LOCALES", tmp_path)
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", "sv_SE.UTF-8")
    monkeypatch.setenv("ALLHANDS_ENV_FILE", "")
    catalogue.texts_in.cache_clear()
    yield
    catalogue.texts_in.cache_clear()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LANG": "sv"}, "Högst 5"),
        ({"LANG": "sv_SE@euro"}, "Högst 5"),
        ({"LANG": "C.UTF-8"}, "Input should be less than or equal to 5"),
        ({"LANG": ""}, "Input should be less than or equal to 5"),
        ({"LANG": "C", "LC_MESSAGES": "sv_SE.UTF-8"}, "Högst 5"),
        ({"LC_MESSAGES": "sv_SE.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "Input should be less than or equal to 5"),
    ],
)
def test_the_first_locale_variable_that_is_set_names_the_language(
    environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    texts = catalogue.operator_texts()
    assert texts.label("Input should be less than or equal to {le}", le=5) == said


def test_help_is_translated_where_the_catalogue_can(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["allhands", "knowledge", "--help"])
    with pytest.raises(SystemExit):
        main()
    shown = capsys.readouterr().out
    assert "läs en mapp med artiklar" in shown
    assert "show what a question would find" in shown


def test_wrong_settings_are_explained_in_our_words_and_in_those_of_the_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PORT", "70000")
    monkeypatch.setenv("STAFF_SPACE", "here")
    with pytest.raises(SettingsError) as told:
        load()
    assert set(str(told.value).splitlines()) == {
        "HTTP_PORT: Högst 65535",
        "STAFF_SPACE: 'here' är ingen plats",
    }


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTP_PORT", "many", "Input should be a valid integer, unable to parse string as an integer"),
        ("HTTP_PORT", "-1", "Input should be greater than or equal to 0"),
        ("HTTP_PORT", "70000", "Input should be less than or equal to 65535"),
        ("KNOWLEDGE_VECTORS", "perhaps", "Input should be a valid boolean, unable to interpret input"),
        ("LOG_FORMAT", "xml", "String should match pattern '^(text|json)$'"),
    ],
)
def test_the_words_of_the_library_are_known_to_the_catalogue_as_they_are(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as told:
        load()
    assert str(told.value) == f"{name}: {said}"


def test_a_problem_of_the_knowledge_folder_is_told_in_both_languages(tmp_path: Path) -> None:
    (problem,) = read_folder(tmp_path / "nowhere").problems
    assert problem.told(catalogue.operator_texts().label) == f"Mappen {tmp_path / 'nowhere'} finns inte."
    assert str(problem).startswith(f"The knowledge folder {tmp_path / 'nowhere'} does not exist.")


async def test_what_only_a_person_can_mend_reaches_readyz_in_their_language() -> None:
    class StoppedError(Exception):
        pass

    class Refused:
        async def run(self, _on_ready: object) -> None:
            raise SetupError("Telegram does not take the webhook ({reason}).", reason="bad {port}")

        async def close(self) -> None:
            pass

    async def stop(_seconds: float) -> None:
        raise StoppedError

    supervisor = Supervisor("telegram", Refused, Metrics(), lambda _name: None, stop)  # type: ignore[arg-type] # as much of an adapter as is run
    with pytest.raises(StoppedError):
        await supervisor.run()
    assert supervisor.state is State.NEEDS_SETUP
    assert supervisor.problem == "Telegram tar inte emot webhooken (bad {port})."
