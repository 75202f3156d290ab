"""The figures about text are taken of every adapter, reading and drawing."""

from benchmarks.texts import measured


def test_every_adapter_is_measured_beside_the_parser_alone() -> None:
    figures = measured(rounds=1, messages=1)
    work = {f"{name}, {what}" for name in ("slack", "discord", "telegram") for what in ("read", "draw")}
    assert set(figures) == {
        f"{name}, {kind}" for name in {*work, "markdown-it alone"} for kind in ("plain", "rich")
    }
