"""Results are kept between sittings, and never mixed with those of other code."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults import report, results
from tests.faults.catalogue import FAULTS
from tests.faults.matrix import Cell, runs_of
from tests.faults.results import Results, state_of_code

KILLED = next(run for fault in FAULTS if fault.name == "kill -9: at random" for run in runs_of(fault))
SLOW = next(run for fault in FAULTS if fault.name == "slow" for run in runs_of(fault))


def test_what_was_good_is_known_to_the_next_sitting(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "results.jsonl"
    first = Results([KILLED, SLOW], path)
    first.add(KILLED, Cell(Counter(telegram=2), kills=30))
    assert first.missing == 1
    second = Results([KILLED, SLOW], path)
    assert (second.are_good(KILLED), second.are_good(SLOW)) == (True, False)
    second.add(SLOW, Cell(kills=1))
    assert second.missing == 0
    assert [(run, cell.repeats, cell.kills) for run, cell in Results([KILLED, SLOW], path)] == [
        (KILLED, {"telegram": 2}, 30),
        (SLOW, {}, 1),
    ]
    assert report.summary(second) == (
        "2 runs of one state of the code. The process was killed 31 times in them, 30 of these at random moments."
    )


def test_a_failure_is_performed_again_and_not_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    Results([SLOW], path).add(SLOW, Cell(failures=["it was lost"]))
    again = Results([SLOW], path)
    assert not again.are_good(SLOW)
    again.add(SLOW, Cell())
    after = Results([SLOW], path)
    assert after.are_good(SLOW)
    assert "1 failed and were good when performed again." in report.summary(after)


def test_results_of_other_code_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.jsonl"
    Results([SLOW], path).add(SLOW, Cell())
    monkeypatch.setattr(results, "state_of_code", lambda: "another")
    assert not Results([SLOW], path).are_good(SLOW)


def test_the_state_of_the_code_changes_with_any_file_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "HERE", tmp_path)
    source = tmp_path / "bot" / "core" / "one.py"
    source.parent.mkdir(parents=True)
    source.write_text("a = 1")
    first = state_of_code()
    assert state_of_code() == first
    source.write_text("a = 2")
    assert state_of_code() != first
