"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "bad_frame": "The frame is not one of ours: `type`, `ref` or `data` are not what they should be.",
    "bad_json": "The frame is not JSON.",
    "binary_frame": "Only text frames are read.",
    "frame_too_large": "The frame is larger than what is read.",
    "invalid_data": "The `data` of the frame is not what its type declares.",
    "token_in_url": "Tokens do not belong into addresses, where logs would keep them.",
    "unknown_type": "No command has this type.",
}
