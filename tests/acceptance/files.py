"""Files to send around, and what arrived of them."""

import struct
import zlib

import aiohttp

from sandbox.surface import File, Upload


def picture(width: int = 4, height: int = 3) -> Upload:
    """A real picture, black."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (width + 1) * height)
    content = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return Upload("table.png", "image/png", content)


def document(name: str = "invoice.pdf") -> Upload:
    return Upload(name, "application/pdf", b"%PDF-1.7\n" + name.encode() + b"\n%%EOF\n")


async def content_of(file: File) -> bytes:
    """The file as a person's browser loads it."""
    async with aiohttp.ClientSession() as session, session.get(file.url) as response:
        assert response.status == 200
        return await response.read()
