"""What Discord's CDN serves: attachments behind signed addresses, and default avatars."""

import hmac
import struct
import zlib

from aiohttp import web

from sandbox.discord.community import Community
from sandbox.discord.speech import link_signature

_AVATAR_COLOURS = (
    (88, 101, 242),
    (117, 126, 138),
    (59, 165, 93),
    (250, 166, 26),
    (237, 66, 69),
    (235, 69, 159),
)
_AVATAR_PIXELS = 16
# Types a browser may show; anything else is only offered to be saved, for uploads come from strangers.
_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "audio/", "video/")


class Assets:
    def __init__(self, community: Community) -> None:
        self._community = community

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/cdn/attachments/{channel_id}/{attachment_id}/{filename}", self.attachment),
            web.get("/cdn/embed/avatars/{index}.png", self.avatar),
            web.get("/cdn/stickers/{name}", self.sticker),
        ]

    async def attachment(self, request: web.Request) -> web.Response:
        """The file, as long as its address is genuine and less than a day old."""
        found = self._community.attachments.get(request.match_info["attachment_id"])
        until = _hexadecimal(request.query.get("ex", ""))
        if found is None or found.channel_id != request.match_info["channel_id"]:
            raise web.HTTPNotFound(text="This content is no longer available.")
        genuine = link_signature(self._community, found.id, until)
        is_fresh = self._community.now().timestamp() < until
        if not is_fresh or not hmac.compare_digest(genuine, request.query.get("hm", "")):
            raise web.HTTPNotFound(text="This content is no longer available.")
        is_shown = found.mime.startswith(_SHOWN)
        headers = {
            "Content-Disposition": f'{"inline" if is_shown else "attachment"}; filename="{found.filename}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Type": found.mime if is_shown else "application/octet-stream",
        }
        return web.Response(body=found.content, headers=headers)

    async def sticker(self, request: web.Request) -> web.Response:
        found = self._community.stickers.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="This content is no longer available.")
        headers = {"X-Content-Type-Options": "nosniff"}
        return web.Response(body=found.content, content_type=found.mime, headers=headers)

    async def avatar(self, request: web.Request) -> web.Response:
        index = request.match_info["index"]
        number = int(index) if index.isdigit() else 0
        picture = _plain_png(_AVATAR_COLOURS[number % len(_AVATAR_COLOURS)])
        return web.Response(body=picture, content_type="image/png")


def _hexadecimal(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return 0


def _plain_png(colour: tuple[int, int, int]) -> bytes:
    """A square of one colour."""
    header = struct.pack(">IIBBBBB", _AVATAR_PIXELS, _AVATAR_PIXELS, 8, 2, 0, 0, 0)
    line = b"\x00" + bytes(colour) * _AVATAR_PIXELS
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(line * _AVATAR_PIXELS)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
