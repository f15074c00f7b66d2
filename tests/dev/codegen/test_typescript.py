"""The TypeScript types: they compile, take every fixture, narrow, and refuse what is wrong."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from support.node import MODULES, needs_node

from junction_webhooks import contract, fixtures
from junction_webhooks.contract import _files as _data

if TYPE_CHECKING:
    from pathlib import Path

MODULES_BY_PROFILE = {
    profile: _data.generated(f"types/{profile}/junction-webhooks.ts") for profile in contract.PROFILES
}
MODULE = MODULES_BY_PROFILE["tolerant"]
HANDLER = """\
import type {
  Appointment, CriticalResult, KnownOrderStatus, LabtestEvent, LabtestOrderUpdated, MatchReview, Order, OrderDetails,
  OrderStatus, OrderTracking,
} from "./junction-webhooks.ts";
import {
  EVENT_TYPES, isEvent, isKnownOrderStatus, isTestkit, isWalkIn, ORDER_STATUS_VALUES,
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

export function texts(status: OrderStatus): string | undefined {
  if (!isKnownOrderStatus(status)) return status;
  proved<Equal<typeof status, KnownOrderStatus>>();
  switch (status) {
    case "completed.walk_in_test.completed":
      return "ready";
    default:
      return undefined;
  }
}

export function receive(payload: unknown): string | undefined {
  if (isEvent(payload, "labtest.order.created", "labtest.order.updated")) {
    proved<Equal<typeof payload.data, Order>>();
    return payload.data.id;
  }
  if (isEvent(payload)) {
    proved<Equal<typeof payload, LabtestEvent>>();
    return handle(payload);
  }
  return undefined;
}

export const firsts: readonly [KnownOrderStatus, LabtestEvent["event_type"]] = [ORDER_STATUS_VALUES[0], EVENT_TYPES[0]];

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
    "a typo after a guard": (
        '(status: OrderStatus) => isKnownOrderStatus(status) && status === "completed.walk_in_test.compleeted"'
    ),
    "a typo in a case after a guard": (
        '(status: OrderStatus) => { if (isKnownOrderStatus(status)) switch (status) { case "ordered": return; } }'
    ),
    "an event type that is none": '(payload: unknown) => isEvent(payload, "labtest.order.deleted")',
    "what may be missing, taken as there": "(order: Order): string => order.created_at",
    "an event before it is told apart": "(event: LabtestEvent) => event.data.event_status",
    "a modality that the details are not of": '(details: OrderDetails) => isWalkIn(details) && details.type === "testkit"',
    "an event type outside the contract": '(event: LabtestEvent) => event.event_type === "labtest.order.deleted"',
}


STRICT_MISTAKE = 'export const status: contract.OrderStatus = "completed.walk_in_test.something_new";\n'
NODE = """
import { readFileSync } from "node:fs";
import ts from "typescript";
const [path, payloads] = process.argv.slice(2);
const code = ts.transpileModule(readFileSync(path, "utf8"), {
  compilerOptions: { module: "esnext", target: "es2022", verbatimModuleSyntax: true },
}).outputText;
const contract = await import("data:text/javascript," + encodeURIComponent(code));
const found = JSON.parse(readFileSync(payloads, "utf8")).map((payload) => [
  contract.isEvent(payload), contract.EVENT_TYPES.filter((type) => contract.isEvent(payload, type)),
]);
const lists = Object.entries(contract).filter(([name]) => name.endsWith("_VALUES"));
const guards = Object.keys(contract).filter((name) => name.startsWith("isKnown"));
const known = guards.filter((name) => {
  const values = contract[name.slice("isKnown".length).replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase() + "_VALUES"];
  return values.every(contract[name]) && ![...values, 1].every((each) => contract[name](each + "?"));
});
process.stdout.write(JSON.stringify({ found, lists: Object.fromEntries(lists), guards, known }));
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[int]]:
    """The lines with errors in each file of a TypeScript project: fixtures, a handler, and one with mistakes."""
    project = tmp_path_factory.mktemp("project")
    (project / MODULE.name).write_bytes(MODULE.read_bytes())
    (project / "strict.ts").write_bytes(MODULES_BY_PROFILE["strict"].read_bytes())
    options = {
        "strict": True, "noEmit": True, "target": "es2022", "module": "nodenext", "types": [],
        "allowImportingTsExtensions": True, "noUnusedLocals": True, "exactOptionalPropertyTypes": True,
        "verbatimModuleSyntax": True, "skipLibCheck": True, "erasableSyntaxOnly": True, "isolatedModules": True,
    }  # fmt: skip
    (project / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}))
    (project / "package.json").write_text('{"type": "module"}')
    mistakes = "".join(f"export const mistake{at} = {code};\n" for at, code in enumerate(MISTAKES.values()))
    written = {
        "fixtures": literals(),
        "strict_fixtures": literals().replace("./junction-webhooks.ts", "./strict.ts") + STRICT_MISTAKE,
        "handler": HANDLER,
        "mistakes": HANDLER + mistakes,
    }
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
        title = (
            contract.shared_schemas()[f"events/{fixture.event_type}"]["title"]
            if fixture.event_type
            else "Order"
        )
        lines.append(f"export const fixture{number}: contract.{title} = {fixture.raw.decode()};\n")
    return "".join(lines)


@needs_node
@pytest.mark.exhaustive
def test_fixtures_have_the_types(told: dict[str, list[int]]) -> None:
    """Every valid fixture is a literal of its type, with no property that the type lacks."""
    assert "fixtures" not in told
    assert told["strict_fixtures"] == [(literals() + STRICT_MISTAKE).count("\n")]


@needs_node
@pytest.mark.parametrize("profile", ["tolerant", pytest.param("strict", marks=pytest.mark.exhaustive)])
def test_lists_and_guards_at_run_time(profile: contract.Profile, tmp_path: Path) -> None:
    """Without its types, the module has every list of values, a guard per open set, and `isEvent`."""
    events = [each.payload for each in fixtures.valid()]
    strange: list[object] = [None, "labtest.order.created", [], {}, {"event_type": "labtest.order.deleted"}]
    (tmp_path / "payloads.json").write_text(json.dumps([*events, *strange]))
    done = subprocess.run(
        ["node", "--input-type=module", "-", str(MODULES_BY_PROFILE[profile]), tmp_path / "payloads.json"],  # noqa: S607  (whichever Node the machine has)
        input=NODE,
        cwd=MODULES.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    named = [each.get("event_type") for each in events]
    assert said["found"] == [[bool(name), [name] if name else []] for name in named] + [[False, []]] * len(
        strange
    )
    sets = [
        each for each in contract.schemas().values() if "x-values" in each and not each.get("x-exhaustive")
    ]
    assert sorted(map(tuple, said["lists"].values())) == sorted(tuple(each["enum"]) for each in sets)
    assert said["guards"] == said["known"] == sorted(f"isKnown{each['title']}" for each in sets)


@needs_node
def test_no_name_shadows_a_global() -> None:
    """No export has the name of something that browsers and every JavaScript engine have, such as `Date`."""
    declared = r"^(?:declare )?(?:abstract )?(?:var|class|function|const|let|interface|type|namespace) (\w+)"
    libraries = [*(MODULES / "typescript/lib").glob("lib.es*.d.ts"), MODULES / "typescript/lib/lib.dom.d.ts"]
    names = {name for file in libraries for name in re.findall(declared, file.read_text(), re.MULTILINE)}
    assert {"Date", "Location", "Event"} <= names
    for module in MODULES_BY_PROFILE.values():
        exported = re.findall(
            r"^export (?:type|interface|const|function) (\w+)", module.read_text(), re.MULTILINE
        )
        assert len(exported) > 50
        assert not names & {*exported}


@needs_node
@pytest.mark.exhaustive
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
        known = re.search(
            rf"^/\*\* The known values of `{title}`. \*/\n(.*?)^\] as const;\n",
            text,
            flags=re.MULTILINE | re.DOTALL,
        )
        assert known
        assert re.findall(r'^  "(.*)",$', known[1], re.MULTILINE) == schema["enum"]
        assert all(meaning in known[1] for meaning in schema["x-values"].values())


def test_every_property_is_described() -> None:
    """Every property stands below the description that its schema gives it."""
    text = re.sub(r"\n +\* ", " ", MODULE.read_text())
    for schema in contract.schemas().values():
        for name, part in schema.get("properties", {}).items():
            below = rf"{re.escape(part['description'])}[^;]*?\n  {name}\??: "
            assert re.search(below, text), (schema["title"], name)
