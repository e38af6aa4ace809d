"""What may be uploaded, before a byte of it has been seen."""

from collections.abc import Sequence

from django.conf import settings

from core.errors import Invalid
from media_app.uploads.models import PUBLIC_KINDS, Kind

ROUNDING = 1e-6  # parts of a whole that a client added up
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


def check_crop(kind: str, crop: Sequence[float] | None) -> None:
    """Raises Invalid("invalid_crop") where a rectangle does not lie in the picture, or the kind is shown whole."""
    if crop is None:
        return
    left, top, width, height = crop
    inside = min(left, top) >= 0 and min(width, height) > 0 and max(left + width, top + height) <= 1 + ROUNDING
    if kind not in PUBLIC_KINDS or not inside:
        raise Invalid("This is no part of the picture.", code="invalid_crop")


def check_declared(kind: str, content_type: str, size: int) -> None:
    """Raises Invalid("invalid_kind" | "unsupported_type" | "empty" | "too_large")."""
    if kind not in Kind.values:
        raise Invalid("There is no such kind of upload.", code="invalid_kind", details={"kinds": Kind.values})
    if content_type not in IMAGE_TYPES:
        raise Invalid("Pictures are JPEG, PNG, WebP or GIF.", code="unsupported_type", details={"types": sorted(IMAGE_TYPES)})
    if size < 1:
        raise Invalid("The file is empty.", code="empty")
    if size > settings.UPLOAD_IMAGE_MAX_BYTES:
        megabytes = settings.UPLOAD_IMAGE_MAX_BYTES // 1_000_000
        raise Invalid(f"Pictures may have up to {megabytes} MB.", code="too_large", details={"max_bytes": settings.UPLOAD_IMAGE_MAX_BYTES})
