"""The TypeScript types: they compile, take every fixture, narrow, and refuse what is wrong."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from support.node import MODULES, needs_node

from junction_webhooks import contract, fixtures
from junction_webhooks.contract import _files as _data

MODULE = _data.generated("types/junction-webhooks.ts")
HANDLER = """\
import type {
  Appointment, CriticalResult, KnownOrderStatus, LabtestEvent, LabtestOrderUpdated, MatchReview, Order, OrderDetails,
  OrderStatus, OrderTracking,
} from "./junction-webhooks.ts";
import { isTestkit, isWalkIn } from "./junction-webhooks.ts";

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
    case "labtest.result.critical":
      proved<Equal<typeof event.data, CriticalResult>>();
      return event.data.order_id;
    case "labtest.match_review.created":
    case "labtest.match_review.updated":
      proved<Equal<typeof event.data, MatchReview>>();
      return event.data.id;
    case "labtest.order_tracking.updated":
      proved<Equal<typeof event.data, OrderTracking>>();
      return event.data.updates?.at(-1)?.revised_estimate ?? event.data.order_id;
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

export function appointmentOf(details: OrderDetails): string | null | undefined {
  if (isWalkIn(details)) {
    proved<Equal<typeof details.type, "walk_in_test">>();
    return details.data?.appointment_id;
  }
  return isTestkit(details) ? null : details.data?.id;
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
    "a modality that the details are not of": '(details: OrderDetails) => isWalkIn(details) && details.type === "testkit"',
    "an event type outside the contract": '(event: LabtestEvent) => event.event_type === "labtest.order.deleted"',
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[int]]:
    """The lines with errors in each file of a TypeScript project: fixtures, a handler, and one with mistakes."""
    project = tmp_path_factory.mktemp("project")
    (project / MODULE.name).write_bytes(MODULE.read_bytes())
    options = {
        "strict": True, "noEmit": True, "target": "es2022", "module": "nodenext", "types": [],
        "allowImportingTsExtensions": True, "noUnusedLocals": True, "exactOptionalPropertyTypes": True,
        "verbatimModuleSyntax": True, "skipLibCheck": True,
    }  # fmt: skip
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}))
    (project / "package.json").write_text('{"type": "module"}')
    mistakes = "".join(f"export const mistake{at} = {code};\n" for at, code in enumerate(MISTAKES.values()))
    written = {"fixtures": literals(), "handler": HANDLER, "mistakes": HANDLER + mistakes}
    for name, code in written.items():
        (project / f"{name}.ts").write_text(code)
    done = subprocess.run(
        [MODULES / ".bin/tsc", "-p", project, "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
    )
    errors = re.findall(r"^(\S+)\((\d+),\d+\): error ", done.stdout, flags=re.MULTILINE)
    found: dict[str, list[int]] = {}
    for file, line in errors:
        found.setdefault(file.rpartition("/")[2].removesuffix(".ts"), []).append(int(line))
    assert found, done.stdout + done.stderr
    assert found.keys() <= written.keys(), done.stdout
    return found


def literals() -> str:
    """A TypeScript module with each valid fixture as a literal of its type."""
    lines = ['import type * as contract from "./junction-webhooks.ts";\n']
    for number, fixture in enumerate(fixtures.valid()):
        title = contract.schemas()[f"events/{fixture.event_type}"]["title"] if fixture.event_type else "Order"
        lines.append(f"export const fixture{number}: contract.{title} = {fixture.raw.decode()};\n")
    return "".join(lines)


@needs_node
def test_fixtures_have_the_types(told: dict[str, list[int]]) -> None:
    """Every valid fixture is a literal of its type, with no property that the type lacks."""
    assert "fixtures" not in told


@needs_node
def test_types_narrow_and_refuse(told: dict[str, list[int]]) -> None:
    """`event_type` narrows `data`, open sets take news, and each mistake of the list is one error."""
    assert "handler" not in told
    first = HANDLER.count("\n") + 1
    assert told["mistakes"] == [first + at for at in range(len(MISTAKES))]


def test_known_members_are_those_of_the_schemas() -> None:
    """Each open set has its known members in the module, with their meanings, and takes any string."""
    text = MODULE.read_text()
    sets = [
        each for each in contract.schemas().values() if "x-values" in each and not each.get("x-exhaustive")
    ]
    assert sets
    for schema in sets:
        title = schema["title"]
        assert f"export type {title} = Known{title} | (string & {{}});\n" in text
        known = re.search(rf"^export type Known{title} =(.*?);\n", text, flags=re.MULTILINE | re.DOTALL)
        assert known
        assert re.findall(r'\| "(.*)"', known[1]) == schema["enum"]
        assert all(meaning in known[1] for meaning in schema["x-values"].values())


def test_every_property_is_described() -> None:
    """Every property stands below the description that its schema gives it."""
    text = re.sub(r"\n +\* ", " ", MODULE.read_text())
    for schema in contract.schemas().values():
        for name, part in schema.get("properties", {}).items():
            below = rf"{re.escape(part['description'])}[^;]*?\n  {name}\??: "
            assert re.search(below, text), (schema["title"], name)
