"""What the page on performance says of a goal is what the figures say."""

from dataclasses import replace

import pytest

from benchmarks.bots import Bot, Window
from benchmarks.growth import Costs, Growth
from benchmarks.lean_platforms import Telegram
from benchmarks.report import goal_table
from benchmarks.results import Line, Results, goals
from benchmarks.soak import Sample, grown_mb, slope_mb


def bot(label: str, *rates: float, half_ms: float = 5.0) -> Bot:
    made = Bot(label, Telegram(), "allhands" in label, start=lambda _folder: pytest.fail("not started here"))
    made.windows = [Window(rate, 1.0, (2.0,), (half_ms,)) for rate in rates]
    return made


def said(results: Results, what: str) -> Line:
    (line,) = [line for line in goals(results) if line.what == what]
    return line


@pytest.mark.parametrize(
    ("ours", "is_met"),
    [
        pytest.param((140, 140, 140), True, id="faster than asked for in every round"),
        pytest.param((120, 120, 120), False, id="slower than asked for in every round"),
        pytest.param((140, 140, 20), True, id="one bad round of three does not count"),
        pytest.param((20, 20, 900), False, id="one good round of three does not count either"),
    ],
)
def test_a_speed_is_judged_by_the_median_of_its_rounds(ours: tuple[float, ...], is_met: bool) -> None:
    results = Results(
        0.1, [bot("telegram polling: echo", 100, 100, 100), bot("telegram polling: allhands", *ours)]
    )
    assert said(results, "Telegram").is_met is is_met


def test_ratios_are_taken_within_rounds() -> None:
    """A machine that is busy in one round slows both."""
    echo, ours = bot("telegram polling: echo", 100, 10), bot("telegram polling: allhands", 150, 15)
    assert said(Results(0.1, [echo, ours]), "Telegram").seen == "1.50 (1.50 to 1.50)"


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    line = said(Results(0.1), "Telegram")
    assert line.is_met is None
    assert goal_table([line])[-1].endswith("| not measured |")


def test_one_platform_that_is_too_slow_is_enough_to_miss_the_latency() -> None:
    bots = [
        bot("telegram polling: echo", 100),
        bot("telegram polling: allhands", 100),
        bot("discord: echo", 100),
        bot("discord: allhands", 100, half_ms=31.0),
    ]
    line = said(Results(0.1, bots), "p99 at half load")
    assert (line.seen, line.is_met) == ("telegram polling +0.0, discord +26.0 ms", False)


def test_growth_is_judged_by_the_worse_of_time_and_cpu() -> None:
    costs = [Costs(10_000, [1.0, 1.0], [1.0, 1.0]), Costs(1_000_000, [1.0, 1.0], [1.4, 1.4])]
    results = Results(0.1, growth=[Growth("SQLite", costs)])
    assert said(results, "an event at 1,000,000 messages").is_met is False


def samples(*memory_mb: float) -> list[Sample]:
    waiting = {"intake": 0, "outbox": 0, "deadlines": 0}
    return [Sample(number * 100_000, mb, 100, waiting, 0) for number, mb in enumerate(memory_mb)]


def test_connections_kept_between_the_rests_are_no_growth() -> None:
    def opened(*files: int) -> Results:
        seen = zip(samples(*[100.0] * len(files)), files, strict=True)
        return Results(0.1, soak=[replace(one, open_files=number) for one, number in seen])

    assert said(opened(90, 200, 180, 40, 210, 41), "after 500,000 events").is_met is True
    assert said(opened(40, 50, 60, 70, 80, 90), "after 500,000 events").is_met is False


def test_memory_that_settles_does_not_grow() -> None:
    settled = samples(80, 95, 100, 100, 100, 100)
    assert (grown_mb(settled), slope_mb(settled)) == (0, 0)
    assert said(Results(0.1, soak=settled), "after 500,000 events").is_met is True


def test_memory_that_goes_on_rising_grows() -> None:
    rising = samples(80, 83, 86, 89, 92, 95)
    assert slope_mb(rising) == pytest.approx(3)
    assert said(Results(0.1, soak=rising), "after 500,000 events").is_met is False
