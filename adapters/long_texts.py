"""Long texts are read and drawn beside the event loop: whatever markup somebody makes up, it holds up nobody else."""

import asyncio
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from markdown_it import MarkdownIt

T = TypeVar("T")

LONG = 1000
"""Characters. Shorter ones take a few milliseconds at worst, and going to a thread and back takes time too."""
_THREAD = ThreadPoolExecutor(1, "long-text")
"""Only one: with each that works, the event loop waits longer for its turn."""


async def beside(length: int, work: Callable[[], T]) -> T:
    """What the work comes to; it is done in a thread when the text that it is about has so many characters."""
    if length <= LONG:
        return work()
    return await asyncio.get_running_loop().run_in_executor(_THREAD, _quietly, work)


def _quietly(work: Callable[[], T]) -> T:
    """Without garbage collection: everybody would wait while it looks through all that a long text is at first."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        return work()
    finally:
        if was_on:
            gc.enable()


def ready(markdown: MarkdownIt) -> MarkdownIt:
    """The parser with its rules in order: it would do that with the first text, of which two threads may have one."""
    markdown.parse("a")
    return markdown
