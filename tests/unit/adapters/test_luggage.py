"""A file on its way: fetched again where that helps, bounded, named by what it is; or lost, and never an error."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters import FileOpener, FileUnavailableError, in_english, luggage
from adapters.luggage import FileLostError, packed, told, travels_with_text
from bot.core.content import FileKind, FileRef, Loss, LostFile

PDF = FileRef("slack", "F1", "../plan.pdf", FileKind.PICTURE, "application/pdf", 6)


class Source:
    """A platform that fails as often as it is told, before it hands the file out or in its middle."""

    def __init__(self, *failures: FileUnavailableError | None, content: bytes = b"%PDF-1") -> None:
        self._failures, self._content = list(failures), content
        self.opened = 0

    @property
    def opener(self) -> FileOpener:
        return self._open

    @asynccontextmanager
    async def _open(self, _file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
        self.opened += 1
        failure = self._failures.pop(0) if self._failures else None
        if failure is not None and not failure.is_passing:
            raise failure

        async def chunks() -> AsyncIterator[bytes]:
            yield self._content[:3]
            if failure is not None:
                raise failure
            yield self._content[3:]

        yield chunks()


async def loss_of(source: Source, limit: int = 100, file: FileRef = PDF) -> LostFile:
    with pytest.raises(FileLostError) as caught:
        async with packed(file, source.opener, limit):
            pass
    return caught.value.lost


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(luggage, "_PAUSES_SECONDS", (0.0, 0.0))


async def test_a_file_is_whole_after_its_line_broke_twice() -> None:
    broken = FileUnavailableError("broken", is_passing=True)
    source = Source(broken, broken)
    async with packed(PDF, source.opener, 100) as found:
        with found.handle() as content:
            assert content.read() == b"%PDF-1"
        with found.handle() as again:
            assert again.read() == b"%PDF-1", "each upload begins at the beginning"
        assert (found.ref.name, found.ref.kind, found.size_bytes) == ("plan.pdf", FileKind.PICTURE, 6)
    assert source.opened == 3


async def test_it_is_lost_when_the_line_breaks_for_the_third_time_or_the_file_is_gone() -> None:
    broken = FileUnavailableError("broken", is_passing=True)
    assert await loss_of(Source(broken, broken, broken)) == LostFile("plan.pdf", 6, Loss.UNAVAILABLE)
    gone = Source(FileUnavailableError("gone"))
    assert await loss_of(gone) == LostFile("plan.pdf", 6, Loss.UNAVAILABLE)
    assert gone.opened == 1


async def test_it_is_too_large_for_either_side() -> None:
    refusing = Source(FileUnavailableError("no", is_too_large=True))
    assert (await loss_of(refusing)).loss is Loss.TOO_LARGE
    unasked = Source()
    assert (await loss_of(unasked, limit=5)).loss is Loss.TOO_LARGE
    assert unasked.opened == 0, "what is known before is not fetched"
    grown = Source(content=bytes(50))
    assert await loss_of(grown, limit=20) == LostFile("plan.pdf", 50, Loss.TOO_LARGE)


async def test_it_is_lost_without_a_place_to_put_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert (await loss_of(Source())).loss is Loss.UNAVAILABLE


async def test_an_empty_file_is_lost_and_named_as_that() -> None:
    file = replace(PDF, size_bytes=0)
    assert (await loss_of(Source(content=b""), file=file)).loss is Loss.EMPTY


async def test_a_file_that_should_hold_something_and_does_not_could_not_be_fetched() -> None:
    assert (await loss_of(Source(content=b""))).loss is Loss.UNAVAILABLE


async def test_a_program_is_a_document_that_says_so() -> None:
    async with packed(PDF, Source(content=b"MZ\0\0\0\0").opener, 100) as found:
        assert (found.ref.name, found.ref.kind) == ("plan.pdf.exe", FileKind.DOCUMENT)
        assert found.ref.mime == "application/octet-stream"


def test_words_wait_for_small_files_only() -> None:
    def of(*sizes: int) -> list[FileRef]:
        return [FileRef("slack", "F", "a", size_bytes=size) for size in sizes]

    assert travels_with_text(of(1, 2, 0))
    assert not travels_with_text(of(5 * 1024 * 1024, 4 * 1024 * 1024))


def test_a_name_cannot_become_markup() -> None:
    lines = told([LostFile("*a*_[b](c).pdf", 0, Loss.REFUSED)], in_english)
    assert lines == "📎 \\*a\\*\\_\\[b\\](c).pdf is not here: this chat does not take it."
