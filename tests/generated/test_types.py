"""The TypeScript types: they compile, take every fixture, narrow, and refuse what is wrong."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from node import MODULES, needs_node

from junction_webhooks import _data, contract, fixtures

if TYPE_CHECKING:
    from pathlib import Path

MODULE = _data.generated("types/junction-webhooks.ts")
HANDLER = """\
import type {
  Appointment, KnownOrderStatus, LabtestEvent, LabtestOrderUpdated, Order, OrderStatus,
} from "./junction-webhooks.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proved = <T extends true>(fact?: T): void => void fact;

export function handle(event: LabtestEvent): string {
  switch (event.event_type) {
    case "labtest.order.created":
    case "labtest.order.updated":
      proved<Equal<typeof event.data, Order>>();
      return event.data.events.at(-1)?.status ?? event.data.id;
    case "labtest.appointment.created":
    case "labtest.appointment.updated":
      proved<Equal<typeof event.data, Appointment>>();
      return event.data.event_status;
    default:
      proved<Equal<typeof event, never>>();
      return event;
  }
}

export function tell(status: OrderStatus): string {
  switch (status) {
    case "completed.walk_in_test.completed":
      return "ready";
    default:
      return status;
  }
}

proved<Equal<LabtestOrderUpdated["event_type"], "labtest.order.updated">>();
proved<Equal<Order["clinical_notes"], string | null | undefined>>();
export const known: KnownOrderStatus = "completed.walk_in_test.corrected";
export const news: OrderStatus = "completed.walk_in_test.something_new";
"""
MISTAKES = {
    "a property that no order has": "(order: Order) => order.statuss",
    "a property of an appointment on an order": "(order: Order) => order.start_at",
    "a member that is not known": '(): KnownOrderStatus => "completed.walk_in_test.compleeted"',
    "what may be missing, taken as there": "(order: Order): string => order.created_at",
    "an event before it is told apart": "(event: LabtestEvent) => event.data.event_status",
    "an event type outside the contract": '(event: LabtestEvent) => event.event_type === "labtest.order.deleted"',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A TypeScript project with the types in it."""
    (tmp_path / MODULE.name).write_bytes(MODULE.read_bytes())
    options = {
        "strict": True, "noEmit": True, "target": "es2022", "module": "nodenext", "types": [],
        "allowImportingTsExtensions": True, "noUnusedLocals": True, "exactOptionalPropertyTypes": True,
        "verbatimModuleSyntax": True,
    }  # fmt: skip
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}))
    (tmp_path / "package.json").write_text('{"type": "module"}')
    return tmp_path


def compiled(project: Path) -> str:
    """What the compiler says of the project: nothing when all is well."""
    done = subprocess.run(
        [MODULES / ".bin/tsc", "-p", project, "--pretty", "false"], capture_output=True, text=True, check=False
    )
    assert (done.returncode == 0) == (done.stdout == "")
    return done.stdout


@needs_node
def test_fixtures_have_the_types(project: Path) -> None:
    """Every valid fixture is a literal of its type, with no property that the type lacks."""
    lines = ['import type * as contract from "./junction-webhooks.ts";\n']
    for number, fixture in enumerate(fixtures.valid()):
        title = contract.schemas()[f"events/{fixture.event_type}"]["title"] if fixture.event_type else "Order"
        lines.append(f"export const fixture{number}: contract.{title} = {fixture.raw.decode()};\n")
    (project / "fixtures.ts").write_text("".join(lines))
    assert compiled(project) == ""


@needs_node
def test_types_narrow_and_refuse(project: Path) -> None:
    """`event_type` narrows `data`, open sets take news, and each mistake of the list is one error."""
    (project / "handler.ts").write_text(HANDLER)
    assert compiled(project) == ""
    mistakes = "".join(f"export const mistake{at} = {code};\n" for at, code in enumerate(MISTAKES.values()))
    (project / "handler.ts").write_text(HANDLER + mistakes)
    first = HANDLER.count("\n") + 1
    told = [int(line) for line in re.findall(r"^\S*handler\.ts\((\d+),", compiled(project), flags=re.MULTILINE)]
    assert told == [first + at for at in range(len(MISTAKES))]


def test_known_members_are_those_of_the_schemas() -> None:
    """Each open set has its known members in the module, with their meanings, and takes any string."""
    text = MODULE.read_text()
    sets = [each for each in contract.schemas().values() if "x-members" in each and not each.get("x-exhaustive")]
    assert sets
    for schema in sets:
        title = schema["title"]
        assert f"export type {title} = Known{title} | (string & {{}});\n" in text
        known = re.search(rf"^export type Known{title} =(.*?);\n", text, flags=re.MULTILINE | re.DOTALL)
        assert known
        assert re.findall(r'\| "(.*)"', known[1]) == schema["enum"]
        assert all(meaning in known[1] for meaning in schema["x-members"].values())


def test_every_property_is_described() -> None:
    """Every property stands below the description that its schema gives it."""
    text = re.sub(r"\n +\* ", " ", MODULE.read_text())
    for schema in contract.schemas().values():
        for name, part in schema.get("properties", {}).items():
            below = rf"{re.escape(part['description'])}[^;]*?\n  {name}\??: "
            assert re.search(below, text), (schema["title"], name)
