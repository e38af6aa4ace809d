"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "cannot_act_on": "The case is for somebody else to decide.",
    "cannot_hide": "Things of this kind cannot be hidden.",
    "gone": "What was reported is not there any more.",
    "no_person": "The account the case is about is gone.",
    "nothing_to_do": "It is so already: nothing changed, and nothing is in the audit trail.",
    "reason_required": "A decision needs a reason.",
}
