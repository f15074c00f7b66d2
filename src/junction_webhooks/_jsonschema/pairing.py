"""Matching the branches of two normalized schemas, to find the removed and the added ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from junction_webhooks._jsonschema.branches import Branch, NormalizedSchema

if TYPE_CHECKING:
    from junction_webhooks._jsonschema.normalize import Reader


def paired(
    old: NormalizedSchema, old_reader: Reader, new: NormalizedSchema, new_reader: Reader
) -> tuple[list[tuple[Branch, Branch]], list[tuple[str, Branch]], list[tuple[str, Branch]]]:
    """The pairs of matching branches, then the removed and the added ones with their labels.

    Branches match by label: the value of a discriminating property, or else the format or the type.
    """
    discriminator = _discriminator(new, new_reader) or _discriminator(old, old_reader)
    olds = [(_label(branch, discriminator, old_reader), branch) for branch in old.branches]
    news = [(_label(branch, discriminator, new_reader), branch) for branch in new.branches]
    pairs: list[tuple[Branch, Branch]] = []
    for label, branch in list(news):
        match = next((each for each in olds if each[0] == label), None)
        if match is not None:
            pairs.append((match[1], branch))
            olds.remove(match)
            news.remove((label, branch))
    # One branch that is left on each side was changed, not removed and added.
    if len(olds) == len(news) == 1 and (not pairs or olds[0][1].kind == news[0][1].kind):
        return [*pairs, (olds[0][1], news[0][1])], [], []
    # An object without a discriminating value matches every object that has one.
    for here, there in ((olds, news), (news, olds)):
        for label, branch in list(here):
            if label == "object" and discriminator:
                against = [each for each in there if each[1].kind == "object"]
                pairs += [(branch, each[1]) if here is olds else (each[1], branch) for each in against]
                here.remove((label, branch))
                for each in against:
                    there.remove(each)
    return pairs, olds, news


def _discriminator(schema: NormalizedSchema, reader: Reader) -> str | None:
    """The property that has a different constant value in each object of a union, such as `type`."""
    objects = [branch for branch in schema.branches if branch.kind == "object"]
    if len(objects) < 2:  # noqa: PLR2004  (a union)
        return None
    for name in objects[0].properties:
        values = [_only_value(branch, name, reader) for branch in objects]
        if None not in values and len(set(values)) == len(values):
            return name
    return None


def _only_value(branch: Branch, name: str, reader: Reader) -> str | None:
    if name not in branch.properties:
        return None
    match reader.normalize(branch.properties[name]):
        case NormalizedSchema(branches=(Branch(values=(value,)),)):
            return shown(value)
    return None


def _label(branch: Branch, discriminator: str | None, reader: Reader) -> str:
    if branch.kind == "object" and discriminator:
        return _only_value(branch, discriminator, reader) or "object"
    return branch.format or branch.kind


def shown(text: str) -> str:
    """A value, given as JSON, in words: the text of a string, or the JSON of anything else."""
    value = json.loads(text)
    return value if isinstance(value, str) else text
