"""Compare what patterns match: decide whether every text in one language is also in another.

A `Language` is the set of texts that the keywords `pattern`, `minLength` and `maxLength` of a schema accept.
`included` proves that one language is part of another one, or finds a text that shows it is not.
`pattern_included` does so for the texts of two patterns.
"""

from junction_webhooks._jsonschema.patterns.inclusion import (
    Counterexample,
    GaveUp,
    Included,
    Language,
    counted,
    included,
    parse,
    pattern_included,
)
from junction_webhooks._jsonschema.patterns.quick import is_quick
from junction_webhooks._jsonschema.patterns.syntax import UnsupportedPatternError
from junction_webhooks._jsonschema.patterns.texts import differing_text
from junction_webhooks._jsonschema.patterns.texts import text as text_of

__all__ = [
    "Counterexample",
    "GaveUp",
    "Included",
    "Language",
    "UnsupportedPatternError",
    "counted",
    "differing_text",
    "included",
    "is_quick",
    "parse",
    "pattern_included",
    "text_of",
]
