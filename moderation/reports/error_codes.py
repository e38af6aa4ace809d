"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "claimed_by_other": "Another moderator works on this case.",
    "closed": "The case has been decided.",
    "invalid_reason": "There is no such reason to report something.",
    "own_thing": "Nobody reports what is theirs.",
}
