"""A sample of the matrix that runs with the ordinary tests: each kind of fault, each column, each of its promises."""

import pytest

from tests.faults import report
from tests.faults.catalogue import FAULTS
from tests.faults.columns import COLUMNS
from tests.faults.fault import LANES, Fault
from tests.faults.kills import at_random
from tests.faults.matrix import Run, perform, runs_of

SAMPLE = (
    ("kill -9: received", "telegram-webhook/sqlite"),
    ("kill -9: stored", "slack-http/postgresql"),
    ("kill -9: sending", "discord-gateway/sqlite"),
    ("kill -9: sent", "telegram-polling/postgresql"),
    ("down for an hour", "slack-socket/sqlite"),
    ("reply lost", "slack-http/sqlite"),
    ("never replayed", "slack-http/sqlite"),
    ("gap in the sequence", "discord-gateway/sqlite"),
    ("another poller", "telegram-polling/sqlite"),
    ("connection lost in a transaction", "slack-socket/postgresql"),
    ("commit unanswered", "telegram-webhook/postgresql"),
    ("migration cut off", "discord-gateway/sqlite"),
    ("clock jumps back", "slack-socket/sqlite"),
    ("stopped under load", "telegram-webhook/sqlite"),
    ("poison, tried again", "discord-gateway/postgresql"),
)


def _run(name: str, column: str) -> Run:
    (fault,) = [one for one in FAULTS if one.name == name]
    (where,) = [one for one in COLUMNS if str(one) == column]
    return next(runs_of(fault, [where]))


@pytest.mark.parametrize(("name", "column"), SAMPLE)
async def test_a_fault_loses_and_doubles_nothing(name: str, column: str) -> None:
    cell = await perform(_run(name, column), is_timed=False)
    assert not cell.failures


async def test_a_few_kills_at_any_moment_lose_and_double_nothing() -> None:
    fault = Fault("a few kills", "", at_random(4), is_of_house=True, repeats=LANES)
    run = next(runs_of(fault))
    cell = await perform(run, is_timed=False)
    assert not cell.failures


def test_every_fault_is_described_as_it_is() -> None:
    text = report.DOCUMENT.read_text()
    assert [line for line in report.described() if line not in text] == []
    assert [one.name for one in FAULTS if f"| {one.name} |" not in text] == []


def test_every_column_and_every_row_has_runs() -> None:
    served = {column for fault in FAULTS for run in runs_of(fault) for column in run.columns}
    assert served == set(COLUMNS)
    assert [fault.name for fault in FAULTS if not list(runs_of(fault))] == []
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
