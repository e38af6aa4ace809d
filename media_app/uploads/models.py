from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.models import BaseModel
from media_app.uploads.querysets import UploadQuerySet


class Kind(models.TextChoices):
    """What an upload is for; it decides its limits, its variants and who may read them."""

    IMAGE = "image", "Image"
    AVATAR = "avatar", "Avatar"
    COVER = "cover", "Cover"


PUBLIC_KINDS = (Kind.AVATAR, Kind.COVER)  # pictures of people, for everybody to see


class State(models.TextChoices):
    WAITING = "waiting", "Waiting for its bytes"
    PROCESSING = "processing", "Processing"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


ORPHAN_AGE = timedelta(hours=24)


class Upload(BaseModel):
    """A file somebody sends, from the request to its finished variants.

    ``due_at`` and ``attempts`` make the row a job that outlives any process: work on it is owed from ``due_at`` on, whoever takes it moves
    ``due_at`` past the time it needs and remembers the number of its attempt, and only that attempt may finish the row.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    filename = models.CharField(max_length=255, help_text="As the owner's machine called it; never part of a path.")
    content_type = models.CharField(max_length=100, help_text="As declared.")
    size = models.PositiveBigIntegerField(help_text="Bytes, as declared; the store accepts no other size.")

    crop = models.JSONField(null=True, blank=True, help_text="Left, top, width and height of what is shown, as parts of the upright picture.")

    is_chosen = models.BooleanField(default=False, help_text="Its owner wants to show it, as avatar or cover, as soon as it is ready.")

    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    failure = models.CharField(max_length=30, blank=True, help_text="Why it failed, as a stable code.")

    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    blurhash = models.CharField(max_length=60, blank=True)
    variants = models.JSONField(default=dict, blank=True, help_text="Name → key, width, height.")
    unused_since = models.DateTimeField(null=True, blank=True, default=timezone.now, help_text="Nothing shows it since then.")

    objects: ClassVar[UploadQuerySet] = UploadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(state="ready") | Q(width__gt=0, height__gt=0), name="upload_ready_is_measured"),
            models.CheckConstraint(condition=Q(state="failed") ^ Q(failure=""), name="upload_failed_says_why"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="upload_due", condition=Q(state="processing")),
            models.Index(fields=["unused_since"], name="upload_unused", condition=Q(unused_since__isnull=False)),
            models.Index(fields=["owner", "-id"], name="upload_of_owner"),
            models.Index(fields=["owner"], name="upload_chosen", condition=Q(is_chosen=True)),
        ]

    def __str__(self) -> str:
        return f"{self.filename} ({self.state})"

    @property
    def original_key(self) -> str:
        """Where the bytes arrive. The extension is ours: what was declared decides nothing."""
        return f"originals/{self.pk}"

    @property
    def prefix(self) -> str:
        """What the keys of the variants begin with. Pictures of people are for everyone to see, images for those who may see what shows them."""
        return f"public/{self.kind}s/{self.pk}" if self.kind in PUBLIC_KINDS else f"uploads/{self.pk}"

    @property
    def can_retry(self) -> bool:
        """Whether trying again may help: the failure was ours, not the file's."""
        return self.failure == "processing_failed"
