"""Which addresses Telegram accepts in links and buttons."""

import ipaddress
import re

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*)://")
_OWN_SCHEMES = frozenset({"tg", "ton", "tonsite"})
_HOST = re.compile(r"^[^\s/?#@:\[\]<>\"']+$")


def user_of_link(url: str) -> int:
    """The id in tg://user?id=..., or 0."""
    found = re.fullmatch(r"tg://user\?id=([0-9]{1,15})", url.strip(), re.IGNORECASE)
    return int(found[1]) if found else 0


def checked_link(url: str) -> str:
    """The address as Telegram stores it, or "" for one that it refuses.

    A missing scheme becomes http, a missing path "/". A host needs a dot, so localhost is refused.
    """
    url = url.strip()
    scheme = _SCHEME.match(url)
    if scheme and scheme[1].lower() in _OWN_SCHEMES:
        return scheme[1].lower() + url[len(scheme[1]) :]
    if scheme and scheme[1].lower() not in {"http", "https"}:
        return ""
    name = scheme[1].lower() if scheme else "http"
    rest = url[len(scheme[0]) :] if scheme else url
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if not _is_host(authority):
        return ""
    tail = rest[len(authority) :]
    return f"{name}://{authority.lower()}{tail if tail.startswith('/') else '/' + tail}"


def _is_host(authority: str) -> bool:
    host = authority.rpartition("@")[2]
    if host.startswith("["):
        try:
            ipaddress.IPv6Address(host[1:].partition("]")[0])
        except ValueError:
            return False
        return True
    name, colon, port = host.partition(":")
    if colon and not re.fullmatch(r"[0-9]{1,5}", port):
        return False
    return bool(_HOST.match(name)) and "." in name.strip(".")
