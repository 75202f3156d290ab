"""Telegram's secret: whoever does not know it is told nothing, not even whether Telegram is connected."""

import pytest

from tests.security.door import TELEGRAM_SECRET, UPDATES, Door, post

HEADER = "X-Telegram-Bot-Api-Secret-Token"
FORGED = {
    "missing": {},
    "empty": {HEADER: ""},
    "wrong": {HEADER: "another-secret-1"},
    "shorter": {HEADER: TELEGRAM_SECRET[:-1]},
    "longer": {HEADER: TELEGRAM_SECRET + "s"},
    "in capitals": {HEADER: TELEGRAM_SECRET.upper()},
    "in quotes": {HEADER: f'"{TELEGRAM_SECRET}"'},
    "twice in one": {HEADER: f"{TELEGRAM_SECRET},{TELEGRAM_SECRET}"},
    "no ASCII": {HEADER: "ä" * 16},
    "no UTF-8": {HEADER: "\udcff\udcfe"},
    "long": {HEADER: "a" * 7000},
    "a prefix of bytes": {HEADER: TELEGRAM_SECRET + "\udcff"},
    "under another name": {"X-Telegram-Bot-Api-Secret": TELEGRAM_SECRET},
    "as a password": {"Authorization": f"Bearer {TELEGRAM_SECRET}"},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED.keys())
async def test_whatever_is_not_the_secret_is_refused(door: Door, headers: dict[str, str]) -> None:
    assert await door.status(post(b'{"update_id": 1}', headers, UPDATES)) == 403


async def test_nothing_of_the_body_is_read_for_who_does_not_know_it(door: Door) -> None:
    assert await door.status(post(b"", {"Content-Length": "900000"}, UPDATES)) == 403


async def test_the_secret_in_the_address_opens_nothing(door: Door) -> None:
    assert await door.status(post(b"{}", {}, f"{UPDATES}?secret_token={TELEGRAM_SECRET}")) == 403


async def test_who_knows_it_learns_that_telegram_is_not_connected(door: Door) -> None:
    assert await door.status(post(b"{}", {HEADER: TELEGRAM_SECRET}, UPDATES)) == 503
