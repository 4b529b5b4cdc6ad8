"""By which names a request may call this server: what it calls it stands in addresses that the pages make."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOCAL = ("localhost", "127.0.0.1", "[::1]")
"""How whoever sits at the server itself calls it."""
BY_NUMBER = "*"
"""Among trusted names: every address that is a number. Nobody is lured to one by a name of somebody else's."""
REFUSED = "frontdesk.host_refused"
"""Where the environment of a request says that its own name of the server was not taken."""
LONGEST = 253
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"(?:(?P<name>{_LABEL}(?:\.{_LABEL})*\.?)|\[[0-9a-f:.]{{2,45}}\])(?::[0-9]{{1,5}})?", re.ASCII)


def is_well_formed(host: str) -> bool:
    """Whether *host* is a name or address of the internet, with or without a port; labels have at most 63 letters."""
    found = _HOST.fullmatch(host.lower())
    return found is not None and len(found["name"] or "") <= LONGEST


def without_port(host: str) -> str:
    """*host* without its port."""
    return re.sub(r":[0-9]*$", "", host) if not host.endswith("]") else host


def is_trusted(host: str, trusted: Iterable[str]) -> bool:
    """Whether *host* is one of *trusted*, or below one that begins with a dot; the port does not count."""
    name = without_port(host.lower()).rstrip(".")
    return any(
        name == one or (one == BY_NUMBER and _is_number(name)) or (one.startswith(".") and f".{name}".endswith(one))
        for one in trusted
    )


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


class HostCheck:
    """Before the program: a request that calls the server by another name gets a harmless one, and is marked.

    So whatever answers it can make addresses, and ``admin_app.security`` refuses it with a page. What begins as one of
    *always* is answered under every well-formed name: the looks of that page, and what load balancers ask.
    """

    def __init__(self, program: "WSGIApplication", trusted: Sequence[str], always: Iterable[str] = ()) -> None:
        self._program, self._trusted, self._always = program, list(trusted), tuple(always)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Serve one request."""
        host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "")
        is_named = is_well_formed(host)
        is_free = not self._trusted or environ.get("PATH_INFO", "").startswith(self._always)
        if not is_named or not (is_free or is_trusted(host, self._trusted)):
            environ["HTTP_HOST"] = LOCAL[0]
            environ[REFUSED] = True
        return self._program(environ, start_response)
