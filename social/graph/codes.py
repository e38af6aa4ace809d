"""What the refusals of this slice mean."""

CODES = {
    "follow_oneself": "Nobody follows oneself.",
    "block_oneself": "Nobody blocks oneself.",
}
