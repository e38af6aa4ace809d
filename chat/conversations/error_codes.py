"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "conversation_with_oneself": "A direct conversation takes two.",
}
