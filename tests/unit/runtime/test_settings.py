"""Settings come from the environment and from a file, and are what they were written as."""

from pathlib import Path

import pytest

from bot.core.places import Place
from bot.settings import Settings, load


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.names():
        monkeypatch.delenv(name, raising=False)


def test_the_environment_comes_before_the_file_and_nothing_written_is_nothing_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings"
    file.write_text(
        "COMPANY_NAME='Juniper & Pine' # ours\nHTTP_PORT=1\nLOG_FORMAT=json\nPUBLIC_URL=\nDISCORD_SHARDS\nUNKNOWN=1\n"
    )
    monkeypatch.setenv("ALLHANDS_ENV_FILE", str(file))
    monkeypatch.setenv("HTTP_PORT", "2")
    monkeypatch.setenv("LOG_FORMAT", "")
    settings = load()
    assert (settings.company_name, settings.http_port, settings.log_format) == ("Juniper & Pine", 2, "json")
    assert (settings.public_url, settings.discord_shards) == ("", 1)


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("staff_space", "telegram:-100123", Place("telegram", channel="-100123")),
        (
            "support_places",
            " slack:C1 , discord:2,",
            (Place("slack", channel="C1"), Place("discord", channel="2")),
        ),
        ("admins", "slack:U1, telegram:5", frozenset({("slack", "U1"), ("telegram", "5")})),
        ("quiet_hours", "0-0", (0, 0)),
        ("quiet_hours", "22 - 7", (22, 7)),
        ("knowledge_vectors", "Off", False),
        ("knowledge_vectors", "1", True),
        ("http_port", " 80 ", 80),
        ("knowledge_dir", "a/b", Path("a/b")),
        ("log_format", "JSON", "json"),
    ],
)
def test_what_is_written_becomes_what_it_means(name: str, written: str, value: object) -> None:
    assert getattr(Settings.of({name: written}), name) == value


def test_every_setting_is_explained_where_people_look_for_it() -> None:
    example = Path(".env.example").read_text(encoding="utf-8")
    assert [name for name in sorted(Settings.names()) if f"{name}=" not in example] == []
