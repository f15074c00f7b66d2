"""Names that misspell one of the contract, and names that are new, with words in common or not."""

from __future__ import annotations

from typing import Final

SLIPS: Final = (
    ("received.walk_in_test.orderd", "received.walk_in_test.ordered", "a letter missing"),
    ("completed.walk_in_test.corrrected", "completed.walk_in_test.corrected", "a letter doubled"),
    ("recieved.walk_in_test.ordered", "received.walk_in_test.ordered", "two letters swapped"),
    ("failed.walk_in_test.sample_errar", "failed.walk_in_test.sample_error", "a wrong letter"),
    ("cancelled.walk_in_test.canceled", "cancelled.walk_in_test.cancelled", "American spelling"),
    ("collecting_sampel.walk_in_test.redraw_avaliable", "collecting_sample.walk_in_test.redraw_available", "two slips"),
    ("Completed.Walk_In_Test.Completed", "completed.walk_in_test.completed", "capitals"),
    ("sample_with_lab.walk-in-test.partial-results", "sample_with_lab.walk_in_test.partial_results", "hyphens"),
    ("completed.walkInTest.completed", "completed.walk_in_test.completed", "camel case"),
    ("received.walkin_test.requisition_created", "received.walk_in_test.requisition_created", "a separator missing"),
    ("completed_walk_in_test_completed", "completed.walk_in_test.completed", "no dots"),
    ("event", "events", "singular"),
    ("origins", "origin", "plural"),
    ("sampleId", "sample_id", "camel case"),
    ("HealthInsuranceID", "health_insurance_id", "camel case and capitals"),
    ("healthInsuraceId", "health_insurance_id", "camel case and a letter missing"),
    ("requisition-form-url", "requisition_form_url", "hyphens"),
    ("detials", "details", "two letters swapped"),
)  # fmt: skip
"""What is written, what is meant, and the slip."""
NEWS: Final = (
    ("completed.walk_in_test.verified", "another last word"),
    ("completed.walk_in_test.uncorrected", "a known word denied"),
    ("collecting_sample.walk_in_test.appointment_rescheduled", "a known word, again"),
    ("received.walk_in_test.requisition", "one word less"),
    ("completed.testkit.completed", "another modality"),
    ("shipped.walk_in_test.shipped", "other first and last words"),
    ("results_url", "a word in common"),
    ("is_abn", "a short word"),
    ("evénèments", "another language"),
    ("__proto__", "a name with a meaning of its own"),
    ("?!", "no letters"),
)
"""What is written, and how it differs from all that is known."""
