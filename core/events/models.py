"""What is owed to handlers. Rows live from the commit of a change until its last handler is done."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from core.models import BaseModel


class OutboxEvent(BaseModel):
    """Something that happened and is still owed to ``pending`` handlers. The row goes when the last of them is done."""

    name = models.CharField(max_length=100)
    payload = models.JSONField()
    pending = ArrayField(models.CharField(max_length=200), help_text="Handlers that have not run to their end yet.")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Set when the last attempt was used up; an operator can retry it.")
    last_error = models.TextField(blank=True)

    class Meta:
        verbose_name = "outbox event"
        indexes = [models.Index(fields=["next_attempt_at"], name="outbox_due", condition=models.Q(failed_at=None))]

    def __str__(self) -> str:
        return self.name
