"""Who may use the control API: only pages and programs that address this machine by a loopback name.

A web page elsewhere can make a browser send requests here, either across origins or by letting its own name
point to 127.0.0.1 (DNS rebinding). The first is told by Origin and Sec-Fetch-Site, the second by Host.
"""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

_READING = ("GET", "HEAD")


def is_loopback(host: str) -> bool:
    """Whether a host name or address, without its port, means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refusal(method: str, host: str, origin: str | None, fetch_site: str | None) -> str:
    """Return why a request with these headers is refused, or an empty string when it may pass."""
    if not is_loopback(_name(host)):
        return f"The sandbox answers only to a loopback address such as 127.0.0.1, and not to {host!r}."
    if method in _READING:
        return ""
    if fetch_site not in (None, "same-origin", "none"):
        return "Another site's page may not write to the sandbox."
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return f"A page of {origin!r} may not write to the sandbox."
    return ""


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    reason = refusal(
        request.method,
        request.headers.get("Host", ""),
        request.headers.get("Origin"),
        request.headers.get("Sec-Fetch-Site"),
    )
    if reason:
        return web.json_response({"error": reason}, status=403)
    return await handler(request)


def _name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
