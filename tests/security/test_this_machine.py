"""What others on this machine or in its network could read or reach."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import _parser
from bot.assembly import House, make_folder
from bot.doctor import examine
from bot.setting_values import Secret
from bot.settings import Settings
from knowledge.vector_cache import VectorCache
from storage import make_engine
from storage.migrate import migrate


def rights(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    url = f"sqlite:///{tmp_path}/data/allhands.db"
    return Settings(database_url=url, http_port=0, knowledge_vectors=False)


async def test_what_is_stored_can_be_read_by_its_owner_only(settings: Settings, tmp_path: Path) -> None:
    async with House(settings) as house:
        await house.writer.do(lambda work: work.marks.set("a", "b"))
        VectorCache(tmp_path / "data" / "allhands.vectors")
        files = list((tmp_path / "data").iterdir())
        assert {one.suffix for one in files} >= {".db", ".db-wal", ".db-shm", ".vectors"}
        assert {one.name: rights(one) for one in files} == {one.name: "0o600" for one in files}


def test_a_database_that_is_there_keeps_its_rights_and_contents(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "data" / "allhands.db"
    make_folder(settings.database_url)
    migrate(make_engine(settings.database_url))
    path.chmod(0o640)
    make_folder(settings.database_url)
    assert rights(path) == "0o640"
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM tickets").fetchone() == (0,)


async def test_the_doctor_says_which_files_others_can_read(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env = tmp_path / ".env"
    env.write_text("SLACK_BOT_TOKEN=\n")
    env.chmod(0o644)
    monkeypatch.setenv("ALLHANDS_ENV_FILE", str(env))
    make_folder(settings.database_url)
    (tmp_path / "data" / "allhands.db").chmod(0o664)
    await examine(settings)
    told = capsys.readouterr().out
    assert f"chmod 600 {env}" in told
    assert f"chmod 600 {tmp_path}/data/allhands.db" in told
    env.chmod(0o600)
    (tmp_path / "data" / "allhands.db").chmod(0o600)
    await examine(settings)
    assert "chmod" not in capsys.readouterr().out


def test_unless_told_otherwise_everything_listens_for_this_machine_only(settings: Settings) -> None:
    assert _parser().parse_args(["sandbox"]).host == "127.0.0.1"
    assert settings.http_host == "127.0.0.1"


def test_settings_show_no_secret_when_they_are_printed() -> None:
    shown = Settings(
        database_url="postgresql://u:p%40ss-of-ours@h/d",
        slack_bot_token=Secret("xoxb-of-ours"),
        metrics_token=Secret("metrics-of-ours"),
    )
    assert "of-ours" not in f"{shown!r} {shown}"
    assert set(shown.secrets) == {"xoxb-of-ours", "metrics-of-ours", "p%40ss-of-ours", "p@ss-of-ours"}
