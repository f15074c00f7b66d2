"""The Markdown extension writes the whole contract into pages, and nothing else into them."""

from __future__ import annotations

import copy
import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import markdown
import pytest
from support.tables import table

from junction_webhooks import cli, contract, fixtures
from junction_webhooks.cli import _revisions
from junction_webhooks.contract import stability
from junction_webhooks.contract.annotations import place
from junction_webhooks_dev.codegen import changes
from junction_webhooks_dev.docs import changes as change_views
from junction_webhooks_dev.docs import objects
from junction_webhooks_dev.docs.command_help import shown_help
from junction_webhooks_dev.docs.extension import DirectiveError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from junction_webhooks.contract import EventType, Schema

CORRECTED = "completed.walk_in_test.corrected"
LIFECYCLES = ("walk_in_order", "walk_in_appointment")
event_types = pytest.mark.parametrize("event_type", contract.EVENT_TYPES)


def page(source: str) -> ET.Element:
    """The page as XML, which it only is when it is well-formed and escaped."""
    html = markdown.markdown(source, extensions=["junction_webhooks_dev.docs.extension", "fenced_code"])
    return ET.fromstring(f"<div>{html}</div>")  # noqa: S314  (rendered above)


def ids(element: ET.Element) -> list[str]:
    """Every id inside the element."""
    return [each.attrib["id"] for each in element.iter() if "id" in each.attrib]


def text(element: ET.Element | None) -> str:
    """The text that a reader sees in the element, which must be there."""
    assert element is not None
    return "".join(element.itertext())


def items(element: ET.Element) -> dict[str, ET.Element]:
    """The properties that are shown in full, by their path."""
    return {ids(item)[0]: item for item in element.iter("li")}


def badges(element: ET.Element) -> dict[str, set[str]]:
    """The badges of each property that is shown in full, by its path."""
    return {
        path: {text(badge) for part in ("div", "p") for badge in item.iterfind(f"{part}//span[@title]")}
        for path, item in items(element).items()
    }


def rows(table: ET.Element) -> Iterator[list[ET.Element]]:
    """The cells of each row, its heading included."""
    for row in table.iterfind("tbody/tr"):
        yield [*row.iterfind("th"), *row.iterfind("td")]


def properties(bundle: Schema, schema: Schema, path: str = "") -> Iterator[tuple[str, bool]]:
    """The path of every property in a bundle, and whether it is required."""
    for part in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
        if "$ref" in part:
            yield from properties(bundle, bundle["$defs"][part["$ref"].rpartition("/")[2]], path)
    for key, value in schema.get("properties", {}).items():
        below = f"{path}.{key}" if path else key
        yield below, key in schema.get("required", ())
        yield from properties(bundle, value, below)


@event_types
def test_every_property_has_an_anchor(event_type: EventType) -> None:
    """Each property of an event has its path as an id, also where its object is shown elsewhere."""
    bundle = contract.bundle("strict", event_type)
    assert {path for path, _ in properties(bundle, bundle)} <= set(ids(page(f"::: event {event_type}")))


@event_types
def test_ids_are_unique(event_type: EventType) -> None:
    """No id occurs twice on the page of an event."""
    found = ids(page(f"::: event {event_type}\n\n::: examples {event_type}"))
    assert len(found) == len(set(found))


@event_types
def test_headings_skip_no_level(event_type: EventType) -> None:
    """The properties are headings, none of which is two levels below the one before."""
    headings = [
        each.tag for each in page(f"## Payload\n\n::: event {event_type}").iter() if each.tag[0] == "h"
    ]
    levels = [int(tag[1]) for tag in headings]
    assert all(below <= above + 1 for above, below in pairwise(levels))


@event_types
def test_links_lead_somewhere(event_type: EventType) -> None:
    """Each link inside a property tree leads to an id of the page."""
    tree = page(f"::: event {event_type}")
    links = {link.attrib["href"] for link in tree.iter("a")} - {"/disagreements.md#sources"}
    assert {link.removeprefix("#") for link in links} <= set(ids(tree))


@event_types
def test_presence_agrees_with_the_bundle(event_type: EventType) -> None:
    """A property is always there where the strict bundle requires it, and may be missing elsewhere."""
    bundle = contract.bundle("strict", event_type)
    required = dict(properties(bundle, bundle))
    for path, marked in badges(page(f"::: event {event_type}")).items():
        assert ("always" in marked) is required[path], path
        assert ("may be missing" in marked) is not required[path], path


@event_types
def test_patient_data_badge_agrees_with_the_annotations(event_type: EventType) -> None:
    """A property is marked as patient data where reports hide its value, and nowhere else."""
    for path, marked in badges(page(f"::: event {event_type}")).items():
        sensitive = place(event_type, _through_arrays(event_type, path)).sensitive
        assert ("patient data" in marked) is sensitive, path


def _through_arrays(event_type: EventType, path: str) -> tuple[str | int, ...]:
    bundle = contract.bundle("strict", event_type)
    schema: Schema = bundle
    steps: list[str | int] = []
    for key in path.split("."):
        schema = schema["properties"][key]
        steps.append(key)
        if "items" in schema:
            schema = schema["items"]
            steps.append(0)
        for part in (schema, *schema.get("anyOf", ())):
            if "$ref" in part:
                schema = bundle["$defs"][part["$ref"].rpartition("/")[2]]
    return tuple(steps)


def test_property_tells_all_that_the_schema_says() -> None:
    """A property shows its type, badges, sources, description, and why it is deprecated."""
    item = items(page("::: event labtest.order.updated"))["data.status"]
    for expected in (
        "string",
        "may be null",
        "open set",
        "page · docs",
        "Deprecated: Use last_event",
        "received",
    ):
        assert expected in text(item)


def test_patterns_are_told_in_words() -> None:
    """No property shows a regular expression."""
    shown = "".join(text(page(f"::: event {event_type}")) for event_type in contract.EVENT_TYPES)
    assert "Five digits" in shown
    assert "Matches" not in shown


@event_types
def test_every_member_has_an_anchor(event_type: EventType) -> None:
    """Each member of a value set that an event uses has an id: the path of a property, and its name."""
    tree = page(f"::: event {event_type}")
    found = ids(tree)
    for name, schema in contract.schemas().items():
        if (
            name.startswith("values/")
            and schema["title"] in contract.shared_bundle("strict", event_type)["$defs"]
        ):
            for member in schema.get("x-values", ()):
                assert any(anchor.endswith(f".{member}") for anchor in found), f"{name}: {member}"


@event_types
def test_examples_are_the_fixtures(event_type: EventType) -> None:
    """Each fixture of an event is a tab that leads to its file; the first one is shown, and opens in the validator."""
    shown = page(f"::: examples {event_type}")
    expected = fixtures.valid(event_type)
    tabs = {text(link): link.attrib["href"] for link in shown.iterfind(".//li/a")}
    assert tabs == {each.title: f"/fixtures/valid/{each.name}.json" for each in expected}
    assert text(shown.find(".//pre")).strip() == expected[0].raw.decode().strip()
    opened = {text(link): link.attrib["href"] for link in shown.iterfind(".//p/a")}
    assert opened["Open in Validate"] == f"/validate.md#valid/{expected[0].name}"
    assert ids(shown) == [f"example.{each.name.rpartition('/')[2]}" for each in expected]


@event_types
def test_downloads_are_the_schema_and_its_bundles(event_type: EventType) -> None:
    """The schema of an event and its bundles are offered at the paths of their `$id`."""
    links = {link.attrib["href"] for link in page(f"::: downloads {event_type}").iter("a")}
    bundles = [
        *(contract.bundle_path(profile, event_type) for profile in contract.PROFILES),
        contract.bundle_path("tolerant", event_type, draft="07"),
    ]
    assert links == {f"/schemas/v0/{path}" for path in (f"events/{event_type}.json", *bundles)}


@event_types
def test_months_are_those_that_the_schemas_date(event_type: EventType) -> None:
    """Every property that the schemas date is among what Junction added to its event."""
    tree, changes = page(f"::: event {event_type}"), page(f"::: changes {event_type}")
    dated = {
        path for path, marked in badges(tree).items() if any(each.startswith("since") for each in marked)
    }
    links = {link.attrib["href"] for link in changes.iter("a")} - {"/versions.md"}
    assert {link[1:] for link in links} <= dated
    assert bool(dated) == bool(links)


def earlier(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The bundles of an earlier version: a change of the definitions of all orders."""
    bundles = copy.deepcopy(dict(_revisions.installed()))
    for schema in bundles.values():
        if "Order" in schema["$defs"]:
            change(schema["$defs"])
    return bundles


def less(definitions: dict[str, Any]) -> None:
    """A version that knew a member less, lacked a property, and had another."""
    status = definitions["OrderStatus"]
    (status.get("enum") or status["examples"]).remove(CORRECTED)
    del definitions["Order"]["properties"]["priority"]
    definitions["Order"]["properties"]["bygone"] = {"type": "string"}


@pytest.fixture(scope="module")
def made_up() -> list[dict[str, Any]]:
    """What changed over releases that never were: much, then only words, then nothing but the version."""
    reworded = earlier(lambda definitions: definitions["Order"].update(description="Another."))
    released = {"1.9.0": earlier(less), "1.10.0": reworded, "1.10.1": _revisions.installed()}
    made: list[dict[str, Any]] = json.loads(
        json.dumps(list(changes.versions(released, "1.11.0", _revisions.installed())))
    )
    return made


def test_changes_are_told_by_version(made_up: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first, each version has every change of the event, and which payloads are refused before and after an update."""
    monkeypatch.setattr(change_views, "_versions", lambda: made_up)
    shown = page("::: changes labtest.order.updated")
    assert [text(each) for each in shown.iter("h4")] == ["1.11.0, not released", "1.10.1", "1.10.0", "1.9.0"]
    assert [text(each) for each in shown.iter("li")] == [
        "only the description changed: data",
        "data.bygone: the property bygone is gone (tolerant schemas refuse new payloads until you update; strict schemas refuse some earlier payloads once you update)",
        f"data.last_event.status: the value {CORRECTED} is new; also at data.events.status (strict schemas refuse new payloads until you update)",
        "data.priority: the property priority is new: boolean (strict schemas refuse new payloads until you update; tolerant schemas refuse some earlier payloads once you update)",
        "only the description changed: data",
    ]
    assert [text(each) for each in shown.iterfind("p")][1:] == [
        "No change to this event since 1.10.1.",
        "The first release.",
    ]


def test_changes_lead_to_their_properties(
    made_up: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change leads to its property on the page, and a property that is gone to nothing."""
    monkeypatch.setattr(change_views, "_versions", lambda: made_up)
    shown = page("::: event labtest.order.updated\n\n::: changes labtest.order.updated")
    found = ids(shown)
    links = {link.attrib["href"][1:] for link in page("::: changes labtest.order.updated").iter("a")}
    assert (
        {"data.events.status", "data.last_event.status", "data.priority"} < links - {"versions.md"} < {*found}
    )
    assert "bygone" in text(shown)
    assert len(found) == len(set(found))


def test_changes_of_other_events_are_not_told(
    made_up: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that no version changed says so under each, and one without releases in one line."""
    monkeypatch.setattr(change_views, "_versions", lambda: made_up)
    shown = page("::: changes labtest.appointment.updated")
    assert not list(shown.iter("li"))
    assert sum("No change to this event since" in text(each) for each in shown.iterfind("p")) == 3
    monkeypatch.setattr(change_views, "_versions", list)
    shown = page("::: changes labtest.appointment.updated")
    assert text(shown.find("p")) == (
        f"Version {contract.version()} is the first, and not released yet: nothing has changed."
    )
    assert not list(shown.iter("h4"))


def test_schemas_that_changed_under_a_released_version_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the version is raised, what changed since the newest release stands after it, as not released."""
    versions = list(changes.versions({"1.0.0": earlier(less)}, "1.0.0", _revisions.installed()))
    monkeypatch.setattr(change_views, "_versions", lambda: versions)
    shown = page("::: changes labtest.order.created")
    assert [text(each) for each in shown.iter("h4")] == ["after 1.0.0, not released", "1.0.0"]
    assert len(ids(shown)) == len(set(ids(shown)))


def test_objects_show_everything_once() -> None:
    """Each object, property, value set and value has an anchor on one page of the shared objects, which the index links to."""
    pages = {group: page(f"::: objects {group}") for group in objects.GROUPS}
    found = {group: ids(shown) for group, shown in pages.items()}
    assert all(len(each) == len(set(each)) for each in found.values())
    index = [link.attrib["href"] for link in page("::: groups").iter("a")]
    for name, schema in contract.schemas().items():
        group = objects.group_of(name)
        assert (group is None) is name.startswith("events/")
        if group is not None:
            title = schema["title"]
            parts = [*schema.get("properties", ()), *schema.get("x-values", ())]
            assert {title, *(f"{title}.{part}" for part in parts)} <= set(found[group])
            assert index.count(f"/objects/{group}.md#{title}") == 1


def test_objects_are_grouped_by_what_they_describe() -> None:
    """The groups are about as long as one another: no page has everything."""
    # Objects are tables of properties, and value sets are lists of values.
    sizes = {
        group: sum(each.tag in {"tr", "dt"} for each in page(f"::: objects {group}").iter())
        for group in objects.GROUPS
    }
    assert all(size > 5 for size in sizes.values())
    assert max(sizes.values()) < sum(sizes.values()) / 2


@event_types
def test_absent_lists_what_is_optional_or_nullable(event_type: EventType) -> None:
    """The tables have each property that may be missing or null and no other, with types that allow it."""
    shown = {
        ids(row[0])[0]: [text(cell) for cell in row[1:]]
        for each in page(f"::: absent {event_type}").iter("table")
        for row in rows(each)
    }
    tree = badges(page(f"::: event {event_type}"))
    assert shown.keys() == {
        path for path, marked in tree.items() if marked & {"may be missing", "may be null"}
    }
    for path, (presence, null, python, typescript) in shown.items():
        assert {presence, null} <= tree[path]
        assert python.endswith("| None"), path
        assert typescript.startswith(f"{path.rpartition('.')[2]}?: "), path
        assert typescript.endswith((" | null", " unknown")), path


def test_scenarios_are_timelines() -> None:
    """Each scenario is a timeline with every delivery: when, what it tells, and its event."""
    shown = {each.attrib["id"]: each for each in page("::: scenarios").iter("details")}
    for scenario in fixtures.scenarios():
        lines = shown[f"scenario.{scenario.name}"].findall("ol/li")
        assert [text(line.find("strong")) for line in lines] == [each.summary for each in scenario.deliveries]
        assert [text(line.find("a")) for line in lines] == [each.event_type for each in scenario.deliveries]
        actions = shown[f"scenario.{scenario.name}"].find("p[@data-send]")
        assert text(actions).startswith(f"junction-webhooks send {scenario.name} --to ")
        assert actions is not None
        assert [link.attrib["href"] for link in actions.iter("a")] == [f"/scenarios/{scenario.name}.ndjson"]


def test_the_legend_has_the_colour_of_each_delivery() -> None:
    """Each kind of delivery in a timeline is explained once."""
    shown = page("::: scenarios")
    legend, *others = (each for each in shown.iter("ul") if "jw-kinds" in each.attrib["class"])
    assert others == []
    kinds = [each.attrib["class"] for each in legend]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) == {each.attrib["class"] for line in shown.iter("ol") for each in line.iterfind("li")}


def test_a_story_is_one_scenario() -> None:
    """The story that plays has each delivery of its scenario, and leads to it among all others."""
    shown = page("::: story redraw")
    steps = [text(step) for each in shown.iter("li") for step in each.iterfind("strong")]
    assert steps == [each.summary for each in fixtures.scenario("redraw").deliveries]
    assert [link.attrib["href"] for link in shown.iter("a")] == ["/fixtures.md#scenarios"]


def test_mistakes_are_the_invalid_fixtures() -> None:
    """Each invalid fixture is listed with the verdict to expect, and leads to the validator and to its file."""
    tables = page("::: mistakes")
    shown = [
        (text(mistake), text(verdict))
        for each in tables.iter("table")
        for mistake, _, verdict, _ in rows(each)
    ]
    assert shown == [(each.title, each.verdict) for each in fixtures.invalid()]
    assert [link.attrib["href"] for link in tables.iter("a")] == [
        address
        for each in fixtures.invalid()
        for address in (f"/validate.md#invalid/{each.name}", f"/fixtures/invalid/{each.name}.json")
    ]


def test_validator_offers_every_fixture() -> None:
    """The validator offers each fixture, valid and invalid, under the address that loads it."""
    offered = {
        option.attrib["id"]: option.attrib["label"]
        for option in page("::: validator").iter("option")
        if "id" in option.attrib
    }
    assert offered == {
        **{f"valid/{each.name}": each.title for each in fixtures.valid()},
        **{f"invalid/{each.name}": each.title for each in fixtures.invalid()},
    }


def test_fixtures_are_all_listed() -> None:
    """Each valid fixture is listed and leads to its tab."""
    links = [link.attrib["href"] for link in page("::: fixtures").iter("a")]
    assert links == ["/events/{}.md#example.{}".format(*each.name.split("/")) for each in fixtures.valid()]


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_commands_show_their_help(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command shows each word of its help once, whatever the width of the terminal that builds the site."""

    def letters(text: str) -> str:
        return re.sub(r"[\s:`]", "", text).lower()

    monkeypatch.setenv("COLUMNS", "40")
    shown = page(f"::: command {name}")
    assert "usage" + letters(text(shown)) == letters(shown_help(name))
    assert [term for each in shown.iter("dt") if (term := text(each)) == "-h, --help"]
    assert all(text(each).strip() for each in shown.iter("dd"))


@pytest.mark.parametrize("name", LIFECYCLES)
def test_diagram_shows_every_status_and_change(name: str) -> None:
    """The diagram has a link for each status and an arrow for each transition."""
    machine = contract.lifecycle(name)
    drawn = page(f"::: lifecycle {name}")
    svg = "{http://www.w3.org/2000/svg}"
    targets = [link.attrib["{http://www.w3.org/1999/xlink}href"] for link in drawn.iter(f"{svg}a")]
    assert sorted(targets) == sorted(f"#{machine['value_set']}.{status}" for status in machine["states"])
    ways = [(way.attrib["data-from"], way.attrib["data-to"]) for way in drawn.iter(f"{svg}g")]
    assert sorted(ways) == sorted((each["from"], each["to"]) for each in machine["transitions"])
    assert all(way.find(f"{svg}path[@class='jw-tip']") is not None for way in drawn.iter(f"{svg}g"))


@pytest.mark.parametrize("name", LIFECYCLES)
def test_transitions_are_all_shown(name: str) -> None:
    """The table has each transition, in order, with its cause and where it differs from the rule above the table."""
    machine = contract.lifecycle(name)

    def status(cell: ET.Element) -> str:
        return cell.find("a").attrib["href"].removeprefix(f"#{machine['value_set']}.")  # type: ignore[union-attr]

    starts = {status.rpartition(".")[2]: status for status in machine["states"]}
    rendered = page(f"::: transitions {name}")
    rule, listed = rendered
    (webhook,) = {each["webhook"] for each in machine["transitions"]} - {None}
    assert webhook in text(rule)
    shown = [
        (starts[text(start)], status(end), text(cause), text(exceptions).split())
        for start, end, cause, exceptions in rows(listed)
    ]
    assert shown == [
        (
            each["from"],
            each["to"],
            each["cause"].replace("`", ""),
            ["no", "webhook"] * (each["webhook"] is None)
            + [each["provenance"]] * (each["provenance"] not in {"diagram", "prose"}),
        )
        for each in machine["transitions"]
    ]


@pytest.mark.parametrize("name", LIFECYCLES)
def test_lifecycle_shows_every_status(name: str) -> None:
    """Beside the diagram stands each status, in its order, with an id and how it begins or ends."""
    machine = contract.lifecycle(name)
    members = contract.schemas()[f"values/{machine['value_set']}"]["x-values"]
    shown = statuses(name)
    boxes = page(f"::: lifecycle {name}").iter("{http://www.w3.org/2000/svg}a")
    assert list(shown) == [each.attrib["data-status"] for each in boxes]
    assert {status: about for status, (_, about) in shown.items()} == {
        status: meaning.replace("`", "") for status, meaning in members.items()
    }
    sources = {each["from"] for each in machine["transitions"]}
    for status, state in machine["states"].items():
        place = shown[status][0]
        assert (f"initial: sends {machine['created_webhook']}" in place) is state["initial"]
        assert (state["finality"] in place) is (state["finality"] != "open")
        assert ("except for" in place) is (state["finality"] != "open" and status in sources)
        assert ("what follows" in place) is (state["finality"] == "open")


def statuses(name: str) -> dict[str, tuple[str, str]]:
    """How each status of a lifecycle begins or ends, and what it means, as the page says it."""
    found = page(f"::: lifecycle {name}").find(".//ol")
    assert found is not None
    shown = {}
    for item in found:
        heading, *between, about = item
        status = text(heading)
        assert heading.attrib["id"] == f"{contract.lifecycle(name)['value_set']}.{status}"
        shown[status] = (" ".join(map(text, between)), text(about))
    return shown


def test_what_follows_leads_to_the_transitions() -> None:
    """The link beside a status leads to its first transition in the table."""
    links = [each.attrib["href"] for each in page("::: lifecycle walk_in_order").iter("a") if text(each)]
    after = [link for link in links if link.startswith("#after.")]
    assert after
    assert {link.removeprefix("#") for link in after} < set(ids(page("::: transitions walk_in_order")))


def test_completed_is_terminal_but_for_a_correction() -> None:
    """The status says what may still follow a terminal one."""
    assert (
        statuses("walk_in_order")["completed.walk_in_test.completed"][0] == "terminal, except for corrected"
    )


def test_values_shows_every_member() -> None:
    """The table of a value set has each member with its meaning."""
    members = contract.schemas()["values/order_status_detail"]["x-values"]
    shown = rows(page("::: values order_status_detail")[0])
    assert {text(member): text(meaning) for member, meaning in shown} == members


def test_events_links_to_every_event() -> None:
    """The table of events links to the page of each event."""
    links = [link.attrib["href"] for link in page("::: events").iter("a")]
    assert links == [f"/events/{event_type}.md" for event_type in contract.EVENT_TYPES]
    beta = [each for each in page("::: events").iter("span") if "jw-beta" in each.attrib["class"].split()]
    assert len(beta) == sum(stability.of_event(event_type) == "beta" for event_type in contract.EVENT_TYPES)


@table(
    ("source", "named"),
    [
        ("::: evnt labtest.order.updated", "evnt"),
        ("::: event labtest.order.deleted", "labtest.order.deleted"),
        ("::: event", "labtest.order.updated"),
        ("::: events labtest.order.updated", "labtest.order.updated"),
        ("::: values timestamp", "timestamp"),
        ("::: lifecycle testkit", "walk_in_order"),
        ("::: diagram walk_in_order", "transitions"),
        ("::: examples nothing", "bare_order"),
        ("::: story nothing", "redraw"),
        (":::", ":::"),
        ("::: events and more words", "more words"),
        ("::: events\n::: events", "one line"),
        ("Prose.\n::: events", "Prose"),
    ],
)
def test_wrong_directive_raises(source: str, named: str) -> None:
    """A directive that is unknown, misnamed or not in a block of its own stops the build and is named."""
    with pytest.raises(DirectiveError, match=re.escape(named)):
        page(source)


@pytest.mark.parametrize("source", ["```\n::: events\n```", "    ::: events", "Text with ::: in it."])
def test_code_and_prose_are_left_alone(source: str) -> None:
    """What looks like a directive inside code or a sentence stays as it is."""
    assert ":::" in text(page(source))


def test_cells_are_labelled() -> None:
    """Each cell of a table in Markdown has the head of its column, for screens on which rows are blocks."""
    html = markdown.markdown(
        "| A `b` | C |\n|---|---|\n| 1 | 2 |", extensions=["tables", "junction_webhooks_dev.docs.extension"]
    )
    cells = ET.fromstring(html).iter("td")  # noqa: S314  (rendered above)
    assert [(each.attrib["data-label"], each.text) for each in cells] == [("A b", "1"), ("C", "2")]


def test_schemas_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Markup, entities and Markdown in a schema are shown, not obeyed."""
    hostile = 'A <script>alert("1")</script> &lt; *b* & `<i>`'
    notes = contract.shared_schemas()["objects/order"]["properties"]["notes"]
    monkeypatch.setitem(notes, "description", hostile)
    tree = page("::: event labtest.order.updated")
    shown, badge = hostile.replace("`", ""), " patient data "
    assert text(items(tree)["data.notes"].find("p")) == shown + badge
    assert not {"script", "em", "i"} & {each.tag for each in tree.iter()}


def test_fixtures_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Markup in a fixture's title, sentence or payload is shown, not obeyed."""
    raw = b'{"a": "<script>&amp;</script>"}'
    hostile = fixtures.Fixture("labtest.order.updated/x", "A <b>", "Some <i>", raw)
    monkeypatch.setattr(fixtures, "valid", lambda: (hostile,))
    shown = page("::: examples labtest.order.updated")
    assert text(shown.find(".//pre")).strip() == raw.decode()
    assert not {"script", "b", "i"} & {each.tag for each in shown.iter()}


def test_same_source_gives_the_same_page() -> None:
    """Rendering twice gives the same bytes."""
    source = "::: event labtest.order.updated\n\n::: examples labtest.order.updated"
    assert ET.tostring(page(source)) == ET.tostring(page(source))
