"""What the refusals of this slice mean: part of the catalogue in ``core.errors``."""

CODES = {
    "empty": "The file holds nothing.",
    "invalid_crop": "The rectangle does not lie in the picture, or pictures of this kind are shown whole.",
    "invalid_images": "One of the pictures is not yours, or not ready.",
    "invalid_kind": "No uploads of this kind are taken.",
    "not_uploaded": "The bytes have not arrived.",
    "too_large": "The file is larger than what is taken.",
    "unsupported_type": "Files of this type are not taken.",
    "upload_failed": "The file could not be read.",
    "upload_not_ready": "The file is still being worked on.",
}
