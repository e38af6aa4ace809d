"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "block_oneself": "Nobody blocks themselves.",
    "follow_oneself": "Nobody follows themselves.",
}
