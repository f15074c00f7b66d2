"""Checks that play every scenario with a fault, and shrink the first order of arrival that fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from junction_webhooks.live.checks.model import PASSED, Finding, StopCheck, failed, not_checked
from junction_webhooks.live.checks.oracle import Answers, States, in_order, refusals
from junction_webhooks.live.state.arrangements import repeated
from junction_webhooks.live.state.counterexample import Counterexample
from junction_webhooks.live.state.ids import subject_of
from junction_webhooks.live.state.shrink import shrink

if TYPE_CHECKING:
    from junction_webhooks.live.checks.oracle import Oracle
    from junction_webhooks.live.checks.session import Session
    from junction_webhooks.live.state.arrangements import Arrangement, Fault
    from junction_webhooks.live.stories import Story


def answers_after(fault: Fault) -> Callable[[Session], Finding]:
    """Return a check that every delivery is accepted, whatever the order of arrival."""

    def run(session: Session) -> Finding:
        return _first_failure(session, session.player.stories, fault, Answers(session))

    return run


def states_after(fault: Fault) -> Callable[[Session], Finding]:
    """Return a check that the service believes the same as after the story in order."""

    def run(session: Session) -> Finding:
        stories = session.player.decided_stories
        return _first_failure(session, stories, fault, States(session))

    return run


def accepted_in_order(session: Session) -> Finding:
    """Check that every delivery of every scenario is accepted."""
    refused = []
    for story in session.player.stories:
        refused += [f"{story.name}: {each}" for each in refusals(session.player.play(story))]
    if not refused:
        return PASSED
    return failed(f"{len(refused)} deliveries not accepted", *refused[:5])


def failure_of(
    story: Story, arrangement: Arrangement, oracle: Oracle, *, with_duplicate: bool = False
) -> Finding | None:
    """Return the finding for an order of arrival that fails again, shrunk; None if it does not.

    A failure counts only if it occurs twice: a service may be slow once. If `with_duplicate`, the shortest
    case has a duplicate too, because that is what the check is about.
    """
    oracle.forget(story, arrangement)
    try:
        if not oracle(story, arrangement):
            return None
    except StopCheck as stop:
        return Finding("warning", f"{story.name} differed, but not twice: {stop.finding.message}")

    def fails(candidate: Arrangement) -> bool:
        try:
            return bool(oracle(story, candidate)) and bool(oracle(story, candidate))
        except StopCheck:
            return False

    def fails_with_duplicate(candidate: Arrangement) -> bool:
        return any(repeated(candidate)) and fails(candidate)

    subjects = [subject_of(each) for each in story.deliveries]
    shortest, attempts = shrink(arrangement, fails, subjects)
    remark = ""
    if with_duplicate and not any(repeated(shortest)):
        twice = (*shortest, shortest[-1])
        if fails(twice):
            shortest, attempts, remark = twice, attempts + 1, "; without the duplicate too"
        else:
            shortest, attempts = shrink(arrangement, fails_with_duplicate, subjects)
    example = Counterexample(story, shortest, _differences(oracle, story, shortest), attempts)
    message = f"{story.name}: {_in_words(shortest)}{remark}"
    return Finding("failed", message, example.differences, example)


def _differences(oracle: Oracle, story: Story, arrangement: Arrangement) -> tuple[str, ...]:
    try:
        found = oracle(story, arrangement)
    except StopCheck:
        found = ()
    return found or ("it failed twice, and then no more",)


def _first_failure(session: Session, stories: tuple[Story, ...], fault: Fault, oracle: Oracle) -> Finding:
    """Return the finding of the first story that fails; if none does, how many were played."""
    played = 0
    unknown: list[Finding] = []
    for story in stories:
        arrangement = session.player.arrangement(story, fault)
        if arrangement is None:
            continue
        try:
            fails = oracle.first(story, arrangement)
        except StopCheck as stop:
            if stop.finding.status != "not checked":
                raise
            unknown.append(stop.finding)
            continue
        played += 1
        twice = fault == "duplicated"
        found = failure_of(story, arrangement, oracle, with_duplicate=twice) if fails else None
        if found:
            return found
    if not played:
        return unknown[0] if unknown else not_checked("no scenario has another order of arrival")
    total = len(session.player.stories)
    # The others have only one order of arrival, or none whose outcome the payloads decide.
    played_of = f"{played} of {total}" if played < total else str(played)
    rest = f"; {len(unknown)} not checked: {unknown[0].message}" if unknown else ""
    return Finding("passed", f"{played_of} {'story' if total == 1 else 'stories'}{rest}")


def _in_words(arrangement: Arrangement) -> str:
    many = len(arrangement)
    deliveries = "1 delivery" if many == 1 else f"{many} deliveries"
    odd = []
    if any(repeated(arrangement)):
        odd.append("one of them twice" if sum(repeated(arrangement)) == 1 else "some of them twice")
    if tuple(dict.fromkeys(arrangement)) != in_order(arrangement):
        odd.append("out of order")
    return f"fails after {deliveries}, {' and '.join(odd)}" if odd else f"fails after {deliveries}"
