"""The page's own files: plain HTML, CSS and JavaScript, served with a policy that lets nothing else in."""

from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler

if TYPE_CHECKING:
    from sandbox.sandbox import Sandbox

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


def policy(origins: list[str]) -> str:
    """The Content-Security-Policy: our own files, and pictures and sounds from the three local platforms."""
    files = " ".join(["'self'", "data:", "blob:", *origins])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            f"img-src {files}",
            f"media-src {files}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def add_page(app: web.Application, sandbox: "Sandbox") -> None:
    """Serve the page at / and its files beside it."""
    app.router.add_get("/", _file_handler(sandbox, "index.html"))
    app.router.add_get(r"/{name:[a-z0-9_/-]+\.[a-z]+}", _file_handler(sandbox, ""))


def _file_handler(sandbox: "Sandbox", fixed: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        path = (PAGE / (fixed or request.match_info["name"])).resolve()
        if not path.is_relative_to(PAGE) or path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound(text="There is no such page.")
        return web.Response(
            body=path.read_bytes(),
            content_type=TYPES[path.suffix],
            charset="utf-8",
            headers={
                "Content-Security-Policy": policy(sandbox.origins()),
                "Cache-Control": "no-cache",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cross-Origin-Opener-Policy": "same-origin",
            },
        )

    return handle
