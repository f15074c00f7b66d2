"""Where deliveries may be sent: one guard for everything that sends.

A test delivery must never reach a production service by mistake, nor a service that trusts every request from
its own network. So `Guard.check` resolves the name of the host once and checks every address. Connections are
then made to the checked addresses: the name is not resolved again, so it cannot lead elsewhere in between.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

Address: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str], Iterable[str]]
"""Returns the IP addresses of a name, the preferred one first. Raises `OSError` if there is none."""
Refusal: TypeAlias = Literal["invalid_url", "unknown_host", "not_allowed", "forbidden"]
"""Why nothing may be sent to a URL.

`invalid_url`: it is not an absolute URL of http or https. `unknown_host`: its name is allowed, but has no
address. `not_allowed`: it is not this machine, and nobody allowed it by name. `forbidden`: it is link-local,
or the metadata service of a cloud.
"""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_LOCAL_NAMES: Final = frozenset({"localhost", "host.docker.internal"})
_LOCAL_SUFFIXES: Final = (".localhost", ".test")
"""RFC 6761 reserves both: nobody can register such a name."""
_FORBIDDEN: Final = (
    IPv4Network("169.254.0.0/16"),  # link-local; 169.254.169.254 has the credentials of most clouds' machines
    IPv6Network("fe80::/10"),  # link-local
    IPv4Network("100.100.100.200/32"),  # metadata of Alibaba Cloud
    IPv4Network("168.63.129.16/32"),  # the host of a machine in Azure
    IPv4Network("192.0.0.192/32"),  # metadata of Oracle Cloud
    IPv6Network("fd00:ec2::254/128"),  # metadata of AWS
    IPv6Network("fd20:ce::254/128"),  # metadata of Google Cloud
)
_UNSPECIFIED: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104  (refused, not listened to)
_TRANSLATED: Final = (
    IPv6Network("::/96"),  # IPv4-compatible
    IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052
    IPv6Network("64:ff9b:1::/48"),  # NAT64, RFC 8215
)
"""Networks whose last 32 bits are the IPv4 address that a gateway may forward to."""
_IPV4_BITS: Final = 0xFFFF_FFFF
_UNESCAPED: Final = "/%:=&?~+!$,;'@()*"
"""What stays in the path and the query of a URL as it is, in addition to letters and digits."""


class DestinationError(ValueError):
    """Nothing may be sent to this URL. The message names the host and says what to do."""

    def __init__(self, message: str, reason: Refusal) -> None:
        self.reason: Refusal = reason
        """Why, as one of a few words."""
        super().__init__(message)

    def __reduce__(self) -> tuple[type[DestinationError], tuple[str, Refusal]]:
        """Return what copies are made from: `args` alone lacks the reason."""
        return type(self), (str(self), self.reason)


@dataclass(frozen=True, slots=True)
class Destination:
    """A URL that may be sent to, and the addresses that its host had when it was checked.

    Only `Guard.check` makes these, and everything that sends takes one.
    """

    scheme: Literal["http", "https"]
    """Whether the connection is encrypted."""
    host: str
    """The name as in the URL: what the `Host` header and the certificate are about."""
    port: int
    """The port in the URL, or the usual one of the scheme."""
    target: str = field(repr=False)
    """The path and the query, as in the first line of a request. The query may contain a token."""
    addresses: tuple[Address, ...]
    """The checked addresses, the preferred one first."""

    @property
    def is_loopback(self) -> bool:
        """Whether all addresses are of this machine, so nothing leaves it."""
        return all(map(_is_loopback, self.addresses))

    @property
    def authority(self) -> str:
        """The host and the port as the `Host` header has them: `localhost:8000`, `[::1]:8000`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """The URL without its query, which may contain a token."""
        return f"{self.scheme}://{self.authority}{self.target.partition('?')[0]}"


def resolve(name: str) -> Sequence[str]:
    """Return the addresses that the system has for a name. Raises `OSError` if it has none."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def check_url(url: str) -> None:
    """Raise `DestinationError` unless it is an absolute URL of http or https. Its host may be any."""
    _parts(url)


class Guard:
    """Decides where deliveries may be sent.

    Allowed are loopback addresses, `localhost`, `*.localhost`, `*.test`, `host.docker.internal`, and the
    names in `allow_hosts`: exact names or addresses, no patterns. Link-local addresses and those of the
    metadata services of clouds are always refused, whatever name they have.

    Examples:
        >>> from junction_webhooks import live
        >>> print(live.Guard().check("http://127.0.0.1:8000/webhooks"))
        http://127.0.0.1:8000/webhooks
        >>> live.Guard(["169.254.169.254"]).check("http://169.254.169.254/latest")
        Traceback (most recent call last):
        junction_webhooks.live.guard.DestinationError: 169.254.169.254 is ... nothing is ever sent there
    """

    def __init__(self, allow_hosts: Iterable[str] = (), *, resolver: Resolver = resolve) -> None:
        self._allowed = frozenset(map(_normalized, allow_hosts))
        self._resolver = resolver
        self._resolved: dict[str, tuple[Address, ...]] = {}

    def check(self, url: str) -> Destination:
        """Return the destination for a URL. The name of a host is resolved only once per guard.

        Raises `DestinationError`.
        """
        parts = _parts(url)
        host = _normalized(parts.hostname or "")
        try:
            addresses = self._addresses(host)
        except DestinationError:
            if self._is_allowed(host):
                raise
            # The rule comes first: the name, once corrected, would not be allowed either.
            raise _not_allowed(host) from None
        self._check_addresses(host, addresses)
        scheme: Literal["http", "https"] = "https" if parts.scheme == "https" else "http"
        query = f"?{parts.query}" if parts.query else ""
        target = quote((parts.path or "/") + query, safe=_UNESCAPED)
        return Destination(scheme, host, parts.port or _DEFAULT_PORTS[scheme], target, addresses)

    def _addresses(self, host: str) -> tuple[Address, ...]:
        if host not in self._resolved:
            literal = _literal(host)
            self._resolved[host] = self._resolve(host) if literal is None else (literal,)
        return self._resolved[host]

    def _resolve(self, host: str) -> tuple[Address, ...]:
        try:
            found = tuple(dict.fromkeys(map(ip_address, self._resolver(host))))
        except (OSError, UnicodeError):
            found = ()
        if not found:
            message = f"{host}: this name has no address: correct it, or start what provides it"
            raise DestinationError(message, reason="unknown_host")
        return found

    def _check_addresses(self, host: str, addresses: Sequence[Address]) -> None:
        for address in addresses:
            if any(each in network for each in _contained(address) for network in _FORBIDDEN):
                what = host if _literal(host) else f"{host} has the address {address}, which"
                message = (
                    f"{what} is link-local or the metadata service of a cloud: nothing is ever sent there"
                )
                raise DestinationError(message, reason="forbidden")
        if not (self._is_allowed(host) or all(map(_is_loopback, addresses))):
            raise _not_allowed(host)

    def _is_allowed(self, host: str) -> bool:
        """Return whether the name alone allows a host."""
        return host in _LOCAL_NAMES or host.endswith(_LOCAL_SUFFIXES) or host in self._allowed


def _not_allowed(host: str) -> DestinationError:
    message = f"{host} is not this machine: if test deliveries may go there, use --allow-host {host}"
    return DestinationError(message, reason="not_allowed")


def _parts(url: str) -> SplitResult:
    """Return the parts of an absolute URL. Raises `DestinationError` for any other text."""
    example = "a URL such as http://localhost:8000/webhooks"
    try:
        parts = urlsplit(url)
        is_complete = parts.scheme in _DEFAULT_PORTS and parts.hostname and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete:
        # Not quoted: the text may be something else, such as a secret in the wrong place.
        message = f"it is not {example}"
        raise DestinationError(message, reason="invalid_url")
    if parts.hostname in _UNSPECIFIED:
        message = f"{parts.hostname} is where a server listens, not where it is: use {example}"
        raise DestinationError(message, reason="invalid_url")
    if parts.username is not None:
        message = f"leave out the user and the password: use {example}"
        raise DestinationError(message, reason="invalid_url")
    return parts


def _normalized(host: str) -> str:
    """Return a name in lower-case ASCII without its final dot, and an address in its shortest form."""
    literal = _literal(host)
    if literal is not None:
        return str(literal)
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        message = "the name of the host is malformed"
        raise DestinationError(message, reason="invalid_url") from None


def _literal(host: str) -> Address | None:
    """Return the address that a host is written as, or None for a name."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def _contained(address: Address) -> Iterator[Address]:
    """Yield an address, and the IPv4 addresses that a packet to it may reach."""
    yield address
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            yield address.ipv4_mapped
        if address.sixtofour:
            yield address.sixtofour
        if address.teredo:
            yield address.teredo[1]
        if any(address in network for network in _TRANSLATED):
            yield IPv4Address(int(address) & _IPV4_BITS)


def _is_loopback(address: Address) -> bool:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
