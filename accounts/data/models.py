from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.data.querysets import DeletionQuerySet, ExportQuerySet
from core.models import BaseModel

ARCHIVE_LIFETIME = timedelta(days=7)
TIME_TO_RETURN = timedelta(days=14)


class Export(BaseModel):
    """An archive of everything a person has here, from the wish to its end.

    ``due_at`` and ``attempts`` make the row a job that outlives any process, as of an upload: whoever takes it moves ``due_at`` on and
    remembers the number of its attempt, and only that attempt may write to the row.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        BUILDING = "building", "Being put together"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="exports", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveSmallIntegerField(default=0, help_text="In percent.")
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes of the archive.")
    due_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "archive"
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state__in=["waiting", "building"]), name="export_one_at_a_time"),
            models.CheckConstraint(condition=~Q(state="ready") | Q(ready_at__isnull=False, expires_at__isnull=False), name="export_ready_expires"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="export_progress_in_percent"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="export_of_person"),
            models.Index(fields=["due_at"], name="export_due", condition=Q(state__in=["waiting", "building"])),
            models.Index(fields=["expires_at"], name="export_outdated", condition=Q(state="ready")),
        ]

    def __str__(self) -> str:
        return f"{self.state} archive of {self.at_hand('person')}"

    @property
    def key(self) -> str:
        return f"exports/{self.pk}.zip"

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.WAITING, self.State.BUILDING)


class Deletion(BaseModel):
    """The wish to be deleted and what became of it: the record of it outlives the account and names nobody.

    ``steps`` are the slices that are done, so that an erasure killed anywhere goes on where it was.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Can still be kept"
        KEPT = "kept", "Kept"
        ERASING = "erasing", "Being erased"
        DONE = "done", "Erased"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deletions", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    erase_at = models.DateTimeField()
    address = models.EmailField(blank=True, help_text="To write to when it is done; forgotten with that.")
    reminded_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="Staff; empty for the person."
    )
    row_goes = models.BooleanField(default=False, help_text="A sign-up that nobody confirmed: where nothing points at its row, that goes too.")
    steps = models.JSONField(default=list, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DeletionQuerySet] = DeletionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state__in=["waiting", "erasing"]), name="deletion_one_at_a_time"),
            models.CheckConstraint(condition=Q(state="done") ^ Q(done_at=None), name="deletion_done_since"),
            models.CheckConstraint(condition=Q(state="kept") ^ Q(kept_at=None), name="deletion_kept_since"),
            models.CheckConstraint(condition=~Q(state="done") | Q(address=""), name="deletion_done_forgets_address"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="deletion_of_person"),
            models.Index(fields=["erase_at"], name="deletion_waiting", condition=Q(state="waiting")),
            models.Index(fields=["due_at"], name="deletion_erasing", condition=Q(state="erasing")),
        ]

    def __str__(self) -> str:
        return f"{self.state} deletion of {self.at_hand('person')}"
