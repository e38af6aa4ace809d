from typing import Any, ClassVar

from django.db import models

from core.outgoing import Outgoing


class OutgoingText(Outgoing):
    """One text message to one number. What it says, which may be a code that signs somebody in, stays only until it is sent."""

    FORGOTTEN: ClassVar[dict[str, Any]] = {"text": ""}

    recipient = models.CharField(max_length=16, help_text="E.164.")
    text = models.CharField(max_length=480, blank=True)
    good_until = models.DateTimeField(null=True, blank=True, help_text="Not sent after this: an old code helps nobody.")

    class Meta:
        verbose_name = "text message"
        constraints = [
            models.CheckConstraint(condition=models.Q(sent_at=None) | models.Q(text=""), name="sent_text_says_nothing"),
            models.CheckConstraint(condition=models.Q(sent_at=None) | models.Q(failed_at=None), name="text_sent_or_given_up"),
        ]
        indexes = [models.Index(fields=["next_attempt_at"], name="text_due", condition=models.Q(sent_at=None, failed_at=None))]

    def __str__(self) -> str:
        return f"to {self.recipient}"
