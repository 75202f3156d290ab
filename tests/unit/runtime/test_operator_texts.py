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

ENGLISH = "'9' is not such a number: write a whole number from 1 to 5"
SWEDISH = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "read a folder of Markdown articles"
msgstr "läs en mapp med artiklar"

msgid "Telegram does not take the webhook ({reason})."
msgstr "Telegram tar inte emot webhooken ({reason})."

msgid "'{value}' is not such a number: write a whole number from {least} to {most}"
msgstr "{least} till {most}"

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
    catalogue.forget()
    yield
    catalogue.forget()


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"LANG": "sv"}, "1 till 5"),
        ({"LANG": "sv_SE@euro"}, "1 till 5"),
        ({"LANG": "C.UTF-8"}, ENGLISH),
        ({"LANG": ""}, ENGLISH),
        ({"LANG": "C", "LC_MESSAGES": "sv_SE.UTF-8"}, "1 till 5"),
        ({"LC_MESSAGES": "sv_SE.UTF-8", "LC_ALL": "en_GB.UTF-8"}, ENGLISH),
    ],
)
def test_the_first_locale_variable_that_is_set_names_the_language(
    environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    texts = catalogue.operator_texts()
    number = "'{value}' is not such a number: write a whole number from {least} to {most}"
    assert texts.label(number, value=9, least=1, most=5) == said


def test_help_is_translated_where_the_catalogue_can(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["allhands", "knowledge", "--help"])
    with pytest.raises(SystemExit):
        main()
    shown = capsys.readouterr().out
    assert "läs en mapp med artiklar" in shown
    assert "show what a question would find" in shown


def test_all_wrong_settings_are_explained_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PORT", "70000")
    monkeypatch.setenv("STAFF_SPACE", "here")
    with pytest.raises(SettingsError) as told:
        load()
    assert set(str(told.value).splitlines()) == {
        "HTTP_PORT: 0 till 65535",
        "STAFF_SPACE: 'here' är ingen plats",
    }


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTP_PORT", "many", "'many' is not such a number: write a whole number from 0 to 65535"),
        ("HTTP_PORT", "-1", "'-1' is not such a number: write a whole number from 0 to 65535"),
        ("HTTP_PORT", "70000", "'70000' is not such a number: write a whole number from 0 to 65535"),
        ("HTTP_PORT", "8e3", "'8e3' is not such a number: write a whole number from 0 to 65535"),
        ("DISCORD_SHARDS", "0", "'0' is not such a number: write a whole number from 1 to 10000"),
        ("WAIT_LIMIT_MINUTES", "-1", "'-1' is not such a number: write a whole number from 0 up"),
        ("KNOWLEDGE_VECTORS", "perhaps", "'perhaps' is neither on nor off: write true or false"),
        ("LOG_FORMAT", "xml", "'xml' is not known here: write one of text, json"),
        ("COMMAND_PREFIX", "Ä", "'Ä' cannot begin a command: write up to 10 of a-z, 0-9, _ and -"),
        ("QUIET_HOURS", "21-24", "'21-24' is not a span of hours: write 21-8, or 0-0 for none"),
        ("ADMINS", "slack:", "'slack:' is not an account: write slack:U…, discord:… or telegram:…"),
    ],
)
def test_a_wrong_setting_is_told_with_what_to_write(
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
