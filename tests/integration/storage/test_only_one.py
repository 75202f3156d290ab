"""An SQLite database serves one process; what ends, however it ends, gives it back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage import AlreadyInUseError, OnlyOne


def test_the_second_is_refused_until_the_first_gives_it_back(sqlite_url: str) -> None:
    first, second = OnlyOne(sqlite_url), OnlyOne(sqlite_url)
    first.take()
    with pytest.raises(AlreadyInUseError, match=r"allhands\.db\.lock"):
        second.take()
    first.give_back()
    second.take()
    second.give_back()


def test_a_killed_process_leaves_nothing_behind(sqlite_url: str, tmp_path: Path) -> None:
    code = f"from storage import OnlyOne; OnlyOne({sqlite_url!r}).take(); import os; os.kill(os.getpid(), 9)"
    ended = subprocess.run([sys.executable, "-c", code], check=False, env=os.environ | {"PYTHONPATH": "."})
    assert ended.returncode == -9
    assert (tmp_path / "allhands.db.lock").exists()
    again = OnlyOne(sqlite_url)
    again.take()
    again.give_back()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql://u@h/d"])
def test_other_databases_are_not_locked(url: str) -> None:
    for one in (OnlyOne(url), OnlyOne(url)):
        one.take()
