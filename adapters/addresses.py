"""Whether two addresses lead to one server: where files may be fetched, and where a token may go."""

from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit


def leads_to(url: str, server: str) -> bool:
    """True when the address lies on the server of another one: the same scheme, host and port."""
    try:
        found, known = urlsplit(url), urlsplit(server)
        is_same = (found.scheme, found.port) == (known.scheme, known.port)
        names = (found.hostname or "", known.hostname or "")
    except ValueError:
        return False
    # A server on this machine goes by several names, and tells its own with any of them.
    return is_same and names[0] != "" and (names[0] == names[1] or all(map(_is_this_machine, names)))


def whole(url: str, server: str) -> str:
    """The address, with what it leaves out because it lies on the server that names it; "" stays so."""
    try:
        return urljoin(server, url) if url else ""
    except ValueError:
        return ""


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
