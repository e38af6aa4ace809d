from typing import Any, ClassVar

from django.db import models

from core.outgoing import Outgoing


class OutgoingMail(Outgoing):
    """One mail to one person. What it says, which may hold a link that signs somebody in, stays only until it is sent."""

    FORGOTTEN: ClassVar[dict[str, Any]] = {"text": "", "html": "", "headers": {}}

    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    sender = models.CharField(max_length=320)
    headers = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "mail"
        verbose_name_plural = "mail"
        constraints = [
            models.CheckConstraint(condition=models.Q(sent_at=None) | models.Q(text="", html=""), name="sent_mail_says_nothing"),
            models.CheckConstraint(condition=models.Q(sent_at=None) | models.Q(failed_at=None), name="mail_sent_or_given_up"),
        ]
        indexes = [models.Index(fields=["next_attempt_at"], name="mail_due", condition=models.Q(sent_at=None, failed_at=None))]

    def __str__(self) -> str:
        return f"{self.subject} to {self.recipient}"
