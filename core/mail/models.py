from django.db import models
from django.utils import timezone

from core.models import BaseModel


class OutgoingMail(BaseModel):
    """One mail to one person. What it says, which may hold a link that signs somebody in, stays only until it is sent."""

    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    sender = models.CharField(max_length=320)
    headers = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Set when it was given up; an operator can send it again.")
    last_error = models.TextField(blank=True)

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
