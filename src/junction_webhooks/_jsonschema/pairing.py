"""Which alternatives of two shapes belong together, and which ones went and came."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from junction_webhooks._jsonschema.normalize import Shape, Variant

if TYPE_CHECKING:
    from junction_webhooks._jsonschema.normalize import Reader


def paired(
    old: Shape, old_reader: Reader, new: Shape, new_reader: Reader
) -> tuple[list[tuple[Variant, Variant]], list[tuple[str, Variant]], list[tuple[str, Variant]]]:
    """The variants that belong together, and those that went and came, each with its label."""
    discriminator = _discriminator(new, new_reader) or _discriminator(old, old_reader)
    olds = [(_label(variant, discriminator, old_reader), variant) for variant in old.variants]
    news = [(_label(variant, discriminator, new_reader), variant) for variant in new.variants]
    pairs: list[tuple[Variant, Variant]] = []
    for label, variant in list(news):
        for known in olds:
            if known[0] == label:
                pairs.append((known[1], variant))
                olds.remove(known)
                news.remove((label, variant))
                break
    if len(olds) == len(news) == 1 and (not pairs or olds[0][1].kind == news[0][1].kind):
        return [*pairs, (olds[0][1], news[0][1])], [], []
    # One object of any kind stands against every object of a kind.
    for here, there in ((olds, news), (news, olds)):
        for label, variant in list(here):
            if label == "object" and discriminator:
                against = [each for each in there if each[1].kind == "object"]
                pairs += [(variant, each[1]) if here is olds else (each[1], variant) for each in against]
                here.remove((label, variant))
                for each in against:
                    there.remove(each)
    return pairs, olds, news


def _discriminator(shape: Shape, reader: Reader) -> str | None:
    """The property whose one member tells the objects of a union apart."""
    objects = [variant for variant in shape.variants if variant.kind == "object"]
    if len(objects) < 2:  # noqa: PLR2004  (a union)
        return None
    for name in objects[0].properties:
        told = [_only_member(variant, name, reader) for variant in objects]
        if None not in told and len(set(told)) == len(told):
            return name
    return None


def _only_member(variant: Variant, name: str, reader: Reader) -> str | None:
    if name not in variant.properties:
        return None
    match reader.shape(variant.properties[name]):
        case Shape(variants=(Variant(members=(member,)),)):
            return shown(member)
    return None


def _label(variant: Variant, discriminator: str | None, reader: Reader) -> str:
    if variant.kind == "object" and discriminator:
        return _only_member(variant, discriminator, reader) or "object"
    return variant.format or variant.kind


def shown(member: str) -> str:
    """A member, given as JSON: its text, or the JSON of what is no string."""
    value = json.loads(member)
    return value if isinstance(value, str) else member
