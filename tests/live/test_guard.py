"""The guard: where deliveries may be sent."""

from __future__ import annotations

import copy
import socket
from typing import TYPE_CHECKING

import pytest
from support.endpoint import endpoint

from junction_webhooks import live
from junction_webhooks.live.guard import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES: dict[str, Sequence[str]] = {
    "localhost": ["::1", "127.0.0.1"],
    "app.localhost": ["172.18.0.5"],
    "app.test": ["10.0.0.7"],
    "host.docker.internal": ["192.168.65.254"],
    "hosts-file.example": ["127.0.0.1"],
    "staging.example": ["203.0.113.9", "2001:db8::9"],
    "half.example": ["127.0.0.1", "203.0.113.9"],
    "xn--bcher-kva.example": ["203.0.113.9"],
    "evil.test": ["169.254.169.254"],
    "evil.localhost": ["fe80::1"],
    "evil.example": ["203.0.113.9", "169.254.169.254"],
    "localhost.example": ["203.0.113.9"],
    "test": ["203.0.113.9"],
    "apptest": ["203.0.113.9"],
    # What the C library makes of other ways to write an IPv4 address.
    "127.1": ["127.0.0.1"],
    "0x7f.1": ["127.0.0.1"],
    "2852039166": ["169.254.169.254"],
    "0251.0376.0251.0376": ["169.254.169.254"],
}


def resolver(name: str) -> Sequence[str]:
    """The addresses of a name in the table."""
    if name not in NAMES:
        raise socket.gaierror
    return NAMES[name]


ALLOWED = {
    "http://127.0.0.1:8000/webhooks": "127.0.0.1",
    "http://127.8.9.10": "127.8.9.10",
    "http://[::1]:8000/": "::1",
    "http://[::ffff:127.0.0.1]/": "::ffff:7f00:1",
    "http://localhost:8000": "::1 127.0.0.1",
    "HTTP://LocalHost.:8000": "::1 127.0.0.1",
    "https://app.localhost/": "172.18.0.5",
    "http://app.test/": "10.0.0.7",
    "http://APP.Test./": "10.0.0.7",
    "http://host.docker.internal:3000": "192.168.65.254",
    "http://hosts-file.example": "127.0.0.1",
    "http://127.1/": "127.0.0.1",
    "http://0x7f.1/": "127.0.0.1",
}
REFUSED = {
    "http://staging.example/": "not_allowed",
    "http://half.example/": "not_allowed",
    "http://localhost.example/": "not_allowed",
    "http://test/": "not_allowed",
    "http://apptest/": "not_allowed",
    "http://203.0.113.9/": "not_allowed",
    "http://10.0.0.7/": "not_allowed",
    "http://[2001:db8::9]/": "not_allowed",
    "http://nowhere.example/": "not_allowed",
    "http://nowhere.test/": "unknown_host",
    "localhost:8000/webhooks": "invalid_url",
    "//localhost/webhooks": "invalid_url",
    "/webhooks": "invalid_url",
    "": "invalid_url",
    "http://": "invalid_url",
    "http:///webhooks": "invalid_url",
    "ftp://localhost/": "invalid_url",
    "file:///etc/passwd": "invalid_url",
    "http://localhost:99999/": "invalid_url",
    "http://localhost:0/": "invalid_url",
    "http://localhost:port/": "invalid_url",
    "http://[::1/": "invalid_url",
    "http://user:password@localhost/": "invalid_url",
    "http://localhost@staging.example/": "invalid_url",
    "http://0.0.0.0:8000/": "invalid_url",
    "http://[::]:8000/": "invalid_url",
    f"http://{'a' * 70}.example/": "invalid_url",
}
FORBIDDEN = [
    "169.254.0.1", "169.254.169.254", "[fe80::1]", "[fe80::1%25eth0]", "[febf::1]",
    "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::169.254.169.254]", "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::169.254.169.254]", "[2002:a9fe:a9fe::1]", "[2001:0:4136:e378:8000:63bf:5601:5601]", "[fd00:ec2::254]", "[fd20:ce::254]",
    "100.100.100.200", "168.63.129.16", "192.0.0.192",
    "evil.test", "evil.localhost", "evil.example", "2852039166", "0251.0376.0251.0376",
]  # fmt: skip


def test_allowed_without_a_word(subtests: pytest.Subtests) -> None:
    """Loopback and names that nobody can register are allowed, however they are written."""
    for url, addresses in ALLOWED.items():
        with subtests.test(url):
            found = live.Guard(resolver=resolver).check(url)
            assert " ".join(map(str, found.addresses)) == addresses


def test_refused(subtests: pytest.Subtests) -> None:
    """Everything else is refused with a reason, and a message that quotes no text that is not a host."""
    for url, reason in REFUSED.items():
        with subtests.test(url), pytest.raises(live.DestinationError) as caught:
            live.Guard(resolver=resolver).check(url)
        assert caught.value.reason == reason
        assert "password" not in str(caught.value).replace("the password", "")


def test_names_are_allowed_exactly(subtests: pytest.Subtests) -> None:
    """`allow_hosts` has names and addresses in any form, but neither patterns nor subdomains."""
    for allowed, url, works in [
        ("staging.example", "http://staging.example/", True),
        ("Staging.Example.", "https://staging.example:8443/", True),
        ("bücher.example", "http://xn--bcher-kva.example/", True),
        ("203.0.113.9", "http://203.0.113.9/", True),
        ("2001:DB8:0::9", "http://[2001:db8::9]/", True),
        ("[2001:db8::9]", "http://[2001:db8::9]/", True),
        ("example", "http://staging.example/", False),
        ("*.example", "http://staging.example/", False),
        ("203.0.113.9", "http://staging.example/", False),
    ]:
        with subtests.test(url, allowed=allowed):
            guard = live.Guard([allowed], resolver=resolver)
            if works:
                assert guard.check(url)
            else:
                with pytest.raises(live.DestinationError, match="--allow-host"):
                    guard.check(url)


def test_link_local_is_never_allowed(subtests: pytest.Subtests) -> None:
    """No name and no option leads to a link-local address or to the metadata service of a cloud."""
    for host in FORBIDDEN:
        with subtests.test(host), pytest.raises(live.DestinationError) as caught:
            live.Guard([host], resolver=resolver).check(f"http://{host}/")
        assert caught.value.reason == "forbidden"


def test_a_name_is_resolved_once() -> None:
    """A name that has another address the next time (DNS rebinding) does not lead there."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    guard = live.Guard(resolver=lambda _: next(answers))
    with endpoint() as running:
        destination = guard.check(f"http://rebinding.test:{running.port}/")
        assert live.deliver(destination, b"{}", {}).status == 204
        assert guard.check(f"http://rebinding.test:{running.port}/other").addresses == destination.addresses
        assert live.deliver(destination, b"{}", {}).status == 204
        (host,) = {each.headers["host"] for each in running.received}
        assert host == f"rebinding.test:{running.port}"
    assert next(answers) == ["169.254.169.254"]


def test_sending_resolves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the check, no function of the system that resolves names is called."""
    with endpoint() as running:
        destination = live.Guard(resolver=lambda _: ["127.0.0.1"]).check(f"http://a.test:{running.port}/")

        def fail(*_: object) -> None:
            pytest.fail("a name was resolved")

        for name in ("getaddrinfo", "gethostbyname", "create_connection"):
            monkeypatch.setattr(socket, name, fail)
        assert live.deliver(destination, b"{}", {}).status == 204


def test_destinations_as_text() -> None:
    """A destination is shown without its query, which may contain a token."""
    guard = live.Guard(resolver=resolver)
    for url, shown, target in [
        ("http://localhost:8000/a?token=canary#part", "http://localhost:8000/a", "/a?token=canary"),
        ("https://app.test:443", "https://app.test/", "/"),
        ("http://[::1]:80/ä b", "http://[::1]/%C3%A4%20b", "/%C3%A4%20b"),
        ("http://localhost:8000/%2F?a=%20b&c", "http://localhost:8000/%2F", "/%2F?a=%20b&c"),
        ("http://localhost:8000/a\r\nX: b", "http://localhost:8000/aX:%20b", "/aX:%20b"),
    ]:
        found = guard.check(url)
        assert (str(found), found.target) == (shown, target)
        assert "canary" not in repr(found)


def test_loopback_means_every_address() -> None:
    """A destination is on this machine only if all of its addresses are."""
    guard = live.Guard(["half.example"], resolver=resolver)
    assert guard.check("http://localhost/").is_loopback
    assert guard.check("http://[::ffff:127.0.0.1]/").is_loopback
    assert not guard.check("http://half.example/").is_loopback
    assert not guard.check("http://app.localhost/").is_loopback


def test_the_system_resolves_localhost() -> None:
    """Without another resolver, the system's is used."""
    assert set(resolve("localhost")) <= {"127.0.0.1", "::1"}


def test_errors_can_be_copied() -> None:
    """A copy of an error has the same reason and message."""
    error = copy.copy(live.DestinationError("a message", "forbidden"))
    assert (error.reason, str(error)) == ("forbidden", "a message")
