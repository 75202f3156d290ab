"""Who is down is left alone for a while; who is back is noticed by one try."""

from bot.runtime.breaker import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, MOST_FAILURES, Breaker


def opened(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(MOST_FAILURES):
        assert breaker.lets_through(now)
        breaker.failed(now, now)
    return breaker


def test_failures_in_a_row_open_it_for_a_while() -> None:
    breaker = opened()
    assert not breaker.lets_through(FIRST_PAUSE_SECONDS - 1)
    assert breaker.lets_through(FIRST_PAUSE_SECONDS)


def test_failures_that_are_not_in_a_row_do_not() -> None:
    breaker = Breaker()
    for now in range(10):
        breaker.failed(now, now)
        breaker.failed(now, now)
        breaker.succeeded()
    assert breaker.lets_through(10)


def test_after_the_pause_one_tries_and_the_others_wait_for_what_comes_of_it() -> None:
    breaker = opened()
    assert breaker.lets_through(FIRST_PAUSE_SECONDS)
    assert not breaker.lets_through(FIRST_PAUSE_SECONDS)
    breaker.succeeded()
    assert breaker.lets_through(FIRST_PAUSE_SECONDS)


def test_each_try_that_fails_doubles_the_pause_up_to_a_limit() -> None:
    breaker, now = opened(), 0.0
    pauses = []
    for _ in range(1_100):
        now += LONGEST_PAUSE_SECONDS
        assert breaker.lets_through(now)
        pauses.append(breaker.failed(now, now))
    assert pauses[:4] == [60, 120, 240, 300]
    assert set(pauses[4:]) == {LONGEST_PAUSE_SECONDS}


def test_what_was_under_way_as_it_opened_does_not_make_it_longer() -> None:
    breaker = Breaker()
    paused = [breaker.failed(0.0, 5.0) for _ in range(8)]
    assert paused == [0, 0, FIRST_PAUSE_SECONDS, 0, 0, 0, 0, 0]
    assert breaker.lets_through(5.0 + FIRST_PAUSE_SECONDS)


def test_a_try_that_told_nothing_leaves_room_for_another() -> None:
    breaker = opened()
    assert breaker.lets_through(FIRST_PAUSE_SECONDS)
    breaker.gave_up()
    assert breaker.lets_through(FIRST_PAUSE_SECONDS)


def test_a_service_that_asks_for_a_pause_gets_it_at_once_and_within_reason() -> None:
    breaker = Breaker()
    assert breaker.failed(0.0, 0.0, 45.0) == 45
    assert not breaker.lets_through(44.0)
    assert breaker.lets_through(45.0)
    assert breaker.failed(45.0, 45.0, 86_400.0) == LONGEST_PAUSE_SECONDS
