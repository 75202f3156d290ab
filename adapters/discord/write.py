"""Writing blocks in a dialect, in parts no longer than a limit, with every formatting closed and opened again."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from adapters.discord.length import cut, width
from adapters.discord.markup import LINE_BREAK, Block, Mark, Run, shared_marks


class Dialect(Struct, frozen=True):
    """How one of the two dialects writes what differs between them."""

    escape: Callable[[str], str]
    escape_line_start: Callable[[str], str]
    line_break: str
    code_fence: Callable[[str], str]
    """The fence for this code."""
    code_text: Callable[[str], str]
    """The code itself, made safe for that fence."""
    code_span: Callable[[str], str]
    link: Callable[[str, str, str], str]
    """(text as written, text as read, url)."""
    marks: Mapping[Mark, tuple[str, str]] = field(default_factory=dict)
    """What stands before and behind the marks that are not written as on Discord."""

    def opening(self, mark: Mark) -> str:
        return self.marks[mark][0] if mark in self.marks else mark.value

    def closing(self, mark: Mark) -> str:
        return self.marks[mark][1] if mark in self.marks else mark.value


class _Atom(Struct, frozen=True):
    """A piece of a line that stays in one part: a word with its escapes, a space, a code span, a link."""

    text: str
    marks: tuple[Mark, ...] = ()
    is_literal: bool = True
    is_space: bool = False


_BEHIND_ADDRESS = re.compile(r"[.,:;\"'\])]+(?:\s|$)")
"""What ends a sentence ends an address too."""
_HEADING_END = re.compile(r"(?<=\s)(#+)$")
_WEB = ("https://", "http://")
_NO_LIMIT = 1 << 50
_WORDS = re.compile(r"\n|[^\S\n]+|\S+")
_STRETCHES = re.compile(r"\n|[^\S\n]+|\S(?:[^\n]*\S)?")
_ROOMY = 1 << 40
_SPARE = 400
"""For marks, prefixes and line breaks."""


def write(blocks: Sequence[Block], dialect: Dialect, limit: int | None = None) -> list[str]:
    """Write the blocks as parts of at most `limit` UTF-16 units each; [] for nothing."""
    parts = _Parts(limit or _NO_LIMIT)
    for block in blocks:
        pieces = _code_pieces if block.language is not None else _text_pieces
        gap = "\n" if block.is_tight else "\n\n"
        room = parts.room(gap)
        written = list(pieces(block, dialect, room, parts.limit))
        if parts.current and (len(written) > 1 or width(written[0]) > room):
            # What fits into one part of its own is not torn apart, and a stub at the end of a part helps nobody.
            fresh = list(pieces(block, dialect, parts.limit, parts.limit))
            if len(fresh) < len(written) or width(written[0]) > room or room < parts.limit // 3:
                parts.close()
                written = fresh
        parts.add(written, gap)
    parts.close()
    return parts.done


class _Parts(Struct):
    limit: int
    done: list[str] = field(default_factory=list)
    current: str = ""
    _width: int = 0

    def room(self, gap: str) -> int:
        return self.limit - self._width - (len(gap) if self.current else 0)

    def add(self, pieces: list[str], gap: str) -> None:
        for number, piece in enumerate(pieces):
            if number:
                self.close()
            joint = gap if self.current else ""
            self.current += joint + piece
            self._width += len(joint) + width(piece)

    def close(self) -> None:
        if self.current.strip():
            self.done.append(self.current)
        self.current = ""
        self._width = 0


def _code_pieces(block: Block, dialect: Dialect, room: int, limit: int) -> Iterator[str]:
    code = dialect.code_text(block.runs[0].text) if block.runs else ""
    fence = dialect.code_fence(code)
    opening = f"{block.lead}{fence}{block.language or ''}"
    again = f"{block.indent}{fence}{block.language or ''}"
    closing = f"{block.indent}{fence}"
    overhead = width(opening) + width(closing) + 2
    lines: list[str] = []
    used = overhead
    for line in _short_lines(code.split("\n"), max(limit - overhead - width(block.indent) - 1, 1)):
        size = width(block.indent) + width(line) + 1
        if lines and used + size > room:
            yield "\n".join([opening, *lines, closing])
            lines, used, room, opening = [], overhead, limit, again
        lines.append(block.indent + line)
        used += size
    yield "\n".join([opening, *lines, closing])


def _short_lines(lines: Sequence[str], limit: int) -> Iterator[str]:
    for line in lines:
        while width(line) > limit:
            end = cut(line, limit)
            yield line[:end]
            line = line[end:]
        yield line


def _text_pieces(block: Block, dialect: Dialect, room: int, limit: int) -> Iterator[str]:
    writer = _LineWriter(block, dialect, room)
    # Where all of it fits for sure there is no need to look at each word.
    is_roomy = 4 * sum(len(run.text) + len(run.link) for run in block.runs) + _SPARE < room
    for atom in _atoms(block.runs, dialect, _ROOMY if is_roomy else max(limit // 2, 1)):
        if not writer.fits(atom) and writer.has_text:
            yield writer.finish()
            writer = _LineWriter(block, dialect, limit, is_continued=True)
        writer.add(atom)
    yield writer.finish()


class _LineWriter:
    """One part of a block: text with its open formatting."""

    def __init__(self, block: Block, dialect: Dialect, room: int, *, is_continued: bool = False) -> None:
        self._indent = block.indent
        self._dialect = dialect
        self._room = room
        self._out = [block.indent if is_continued else block.lead]
        self._used = width(self._out[0])
        self._open: tuple[Mark, ...] = ()
        self._is_line_start = True
        self._is_continued = is_continued
        self._is_heading = block.lead.endswith("# ")
        self._space: _Atom | None = None
        self._address: int | None = None
        """Where a bare address stands, when it is the last thing that was written."""
        self.has_text = False

    def fits(self, atom: _Atom) -> bool:
        """Whether the part holds the atom, the space before it and all that closes what is open then."""
        marks = sum(
            len(self._dialect.opening(mark) + self._dialect.closing(mark))
            for mark in (*self._open, *atom.marks)
        )
        marks += 2 * (self._address is not None) + 2 * atom.text.startswith(_WEB)
        space = width(self._space.text) if self._space else 0
        escape = 1 if self._is_line_start or self._is_heading else 0
        text = self._dialect.line_break + self._indent if atom.text == LINE_BREAK else atom.text
        return self._used + space + escape + width(text) + marks <= self._room

    def add(self, atom: _Atom) -> None:
        if atom.text == LINE_BREAK:
            self._break_line(atom)
        elif not atom.is_space:
            self._add_word(atom)
        elif not self._is_line_start:
            self._space = atom
        elif self.has_text or not self._is_continued:
            self._add_word(atom)

    def _break_line(self, atom: _Atom) -> None:
        self._space = self._address = None
        if not self.has_text:
            return
        self._switch(shared_marks(self._open, atom.marks))
        self._put(self._dialect.line_break + self._indent)
        self._is_line_start = True

    def _add_word(self, atom: _Atom) -> None:
        if self._space:
            self._switch(shared_marks(shared_marks(self._open, self._space.marks), atom.marks))
            self._put(self._space.text)
            self._space = self._address = None
        text = atom.text
        is_first = self._is_line_start and atom.is_literal and (not atom.marks or atom.is_space)
        self._switch(() if atom.is_space else atom.marks)
        if is_first:
            text = self._dialect.escape_line_start(text)
        elif not atom.is_literal and text.startswith("[") and self._out[-1].endswith("!"):
            # "!" directly before a link would make it a picture.
            self._out[-1] = self._out[-1][:-1] + "\\!"
            self._used += 1
        if self._address is not None and not (atom.is_space or _BEHIND_ADDRESS.match(text)):
            # What follows without a space would be read as part of the address.
            self._out[self._address] = f"<{self._out[self._address]}>"
            self._used += 2
        is_address = not atom.is_literal and text.startswith(_WEB) and " " not in text
        if is_address and self._out[-1][-1:].isalnum():
            text, is_address = f"<{text}>", False
        self._put(text)
        self._address = len(self._out) - 1 if is_address else None
        self._is_line_start = False
        self.has_text = True

    def _switch(self, marks: tuple[Mark, ...]) -> None:
        kept = len(shared_marks(self._open, marks))
        for mark in reversed(self._open[kept:]):
            self._put(self._dialect.closing(mark))
        for mark in marks[kept:]:
            self._put(self._dialect.opening(mark))
        self._open = marks

    def _put(self, text: str) -> None:
        if text:
            self._out.append(text)
            self._used += width(text)

    def finish(self) -> str:
        self._switch(())
        text = "".join(self._out).rstrip("\n")
        # Signs like a heading's own at its end would be taken for its closing.
        return _HEADING_END.sub(r"\\\1", text) if self._is_heading else text


def _atoms(runs: Sequence[Run], dialect: Dialect, longest: int) -> Iterator[_Atom]:
    for group in _by_link(runs):
        if group[0].link:
            yield from _link_atoms(group, dialect, longest)
        else:
            yield from _run_atoms(group[0], dialect, longest)


def _by_link(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs one by one, those of one link together."""
    group: list[Run] = []
    for run in runs:
        if group and (not run.link or run.link_number != group[-1].link_number):
            yield group
            group = []
        group.append(run)
    if group:
        yield group


def _link_atoms(group: list[Run], dialect: Dialect, longest: int) -> Iterator[_Atom]:
    marks = group[0].marks
    for run in group[1:]:
        marks = shared_marks(marks, run.marks)
    text = "".join(" " if run.text == LINE_BREAK else run.text for run in group)
    link = dialect.link(dialect.escape(text), text, group[0].link)
    if width(link) <= longest:
        yield _Atom(link, marks, is_literal=False)
        return
    for word in f"{text} {group[0].link}".split():
        yield from _run_atoms(Run(word, marks), dialect, longest)
        yield _Atom(" ", marks, is_space=True)


def _run_atoms(run: Run, dialect: Dialect, longest: int) -> Iterator[_Atom]:
    if run.is_code:
        for piece in _short_lines([run.text], max(longest - 6, 1)):
            yield _Atom(dialect.code_span(piece), run.marks, is_literal=False)
        return
    split = _STRETCHES if longest == _ROOMY else _WORDS
    for word in split.findall(dialect.escape(run.text)):
        if word.isspace():
            for piece in _short_lines([word], longest):
                yield _Atom(piece, run.marks, is_space=word != LINE_BREAK)
            continue
        while width(word) > longest:
            end = cut(word, longest)
            # An escape stays with what it escapes.
            end -= (end - len(word[:end].rstrip("\\"))) % 2
            yield _Atom(word[:end], run.marks)
            word = word[end:]
        yield _Atom(word, run.marks)
