"""The vectors of signatures: this package, and the libraries that others use, give the outcome that each has."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from hmac import digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest
import standardwebhooks
import svix
from support.node import MODULES, needs_node

from junction_webhooks import InvalidSignature, Webhook
from junction_webhooks.contract import _files as _data
from junction_webhooks.signing import Reason
from junction_webhooks.vendoring import vendor

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = _data.checkout()
assert ROOT is not None
RECIPES: Final = Path(__file__).parent.parent / "public" / "recipes"
LEAST: Final = 25


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the vectors, and with what the recipes of Node need."""
    folder = tmp_path_factory.mktemp("kit") / "contracts" / "junction"
    vendor(folder, what=["schemas", "fixtures", "signatures"])
    return folder


def vectors(kit: Path, group: str) -> list[dict[str, Any]]:
    """The vectors of a group."""
    found: list[dict[str, Any]] = json.loads((kit / f"signatures/{group}.json").read_bytes())["vectors"]
    assert len(found) > LEAST
    return found


def signed_now(vector: dict[str, Any], now: int) -> dict[str, str]:
    """The headers of a relative vector, made from its description alone."""
    headers = {}
    for name, text in vector["headers"].items():
        filled = text.replace("{timestamp}", str(now + vector["offset"]))
        for number, each in enumerate(vector["signed"]):
            key = b64decode(each["signed_with"].removeprefix("whsec_"))
            content = f"{vector['id']}.{now + each['offset']}.{each['body']}"
            signature = b64encode(digest(key, content.encode(), sha256)).decode()
            filled = filled.replace(f"{{{number}}}", signature)
        headers[name] = filled
    return headers


def test_vectors_hold_here(kit: Path) -> None:
    """`Webhook` gives each outcome and each reason, in all groups, and every reason occurs."""
    reasons = set()
    for group in ("clock_free", "relative", "webhook_headers"):
        for vector in vectors(kit, group):
            at = vector.get("timestamp") or int(datetime.now(UTC).timestamp())
            headers = vector["headers"] if group == "clock_free" else signed_now(vector, at)
            hook = Webhook(vector["secrets"], now=partial(datetime.fromtimestamp, at, UTC))
            reason = None
            try:
                hook.verify(vector["body"].encode(), headers)
            except InvalidSignature as error:
                reason = error.reason
            assert reason == vector["reason"], (group, vector["name"])
            assert vector["outcome"] == ("invalid" if reason else "valid")
            reasons.add(reason)
    assert reasons == {None, *get_args(Reason)}


@pytest.mark.parametrize("library", [svix.Webhook, standardwebhooks.Webhook])
def test_vectors_hold_in_the_libraries_of_python(kit: Path, library: Callable[[str], Any]) -> None:
    """The libraries of Svix and Standard Webhooks give each outcome, one secret at a time."""

    def accepts(secret: str, body: str, headers: dict[str, str]) -> bool:
        try:
            library(secret).verify(body, headers)
        except Exception:  # noqa: BLE001  (a malformed header raises whatever its parser does)
            return False
        return True

    for group in ("relative", "webhook_headers"):
        for vector in vectors(kit, group):
            headers = signed_now(vector, int(datetime.now(UTC).timestamp()))
            if library is standardwebhooks.Webhook:
                headers = {name.lower().replace("svix", "webhook"): value for name, value in headers.items()}
            outcome = any(accepts(secret, vector["body"], headers) for secret in vector["secrets"])
            assert outcome == (vector["outcome"] == "valid"), (group, vector["name"])


@needs_node
def test_vectors_and_recipes_hold_in_node(kit: Path) -> None:
    """So do those libraries in Node, and the recipes of the page, which also validate every fixture."""
    assert ROOT is not None
    work = kit.parent.parent
    (work / "node_modules").symlink_to(MODULES)
    for file in (*(ROOT / "docs/examples").glob("v*.mjs"), RECIPES / "run.mjs"):
        (work / file.name).write_bytes(file.read_bytes())
    command = ["node", "run.mjs", "contracts/junction"]
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(": 0 not as expected\n")
    path = kit / "signatures/relative.json"
    path.write_text(path.read_text().replace('"outcome": "valid"', '"outcome": "invalid"', 1))
    done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "not as expected: svix, relative: valid: valid\n" in done.stdout
