from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator

from core.models import BaseModel
from moderation.reports.querysets import CaseQuerySet

MAX_NOTE_LENGTH = 1_000
MAX_EXCERPT_LENGTH = 2_000


class Reason(models.TextChoices):
    SPAM = "spam", "Spam or a scam"
    HARASSMENT = "harassment", "Harassment or bullying"
    HATE = "hate", "Hate"
    VIOLENCE = "violence", "Violence or threats"
    SEXUAL = "sexual", "Sexual content"
    SELF_HARM = "self_harm", "Suicide or self-harm"
    IMPERSONATION = "impersonation", "Pretending to be somebody else"
    ILLEGAL = "illegal", "Against the law"
    OTHER = "other", "Something else"


class State(models.TextChoices):
    OPEN = "open", "Open"
    CLAIMED = "claimed", "Claimed"
    CLOSED = "closed", "Closed"


class Outcome(models.TextChoices):
    DISMISSED = "dismissed", "Dismissed"
    HIDDEN = "hidden", "Content hidden"
    RESTORED = "restored", "Content shown again"
    SUSPENDED = "suspended", "Person suspended"
    LIFTED = "lifted", "Suspension lifted"


class Case(BaseModel):
    """Everything reported about one thing until somebody decides: a row of the moderators' queue. A thing has one case that is not closed."""

    kind = models.CharField(max_length=20, help_text="Of the reportable things.")
    target_id = models.UUIDField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="cases", help_text="Who answers for the thing."
    )
    excerpt = models.CharField(max_length=MAX_EXCERPT_LENGTH, blank=True, help_text="What it said when it was first reported.")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    report_count = models.PositiveIntegerField(default=0)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="claimed_cases")
    claimed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True, help_text="What was decided last.")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        permissions = [("moderate", "Can claim and decide cases")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "target_id"], condition=~Q(state="closed"), name="case_one_undecided"),
            models.CheckConstraint(condition=Q(state="closed") ^ Q(outcome="", closed_at=None), name="case_closed_has_outcome"),
        ]
        indexes = [
            models.Index(fields=["state", "-report_count", "id"], name="case_queue"),
            models.Index(fields=["kind", "target_id"], name="case_of_thing"),
        ]

    def __str__(self) -> str:
        return Truncator(f"{self.kind}: {self.excerpt}").chars(70)


class Report(BaseModel):
    """One person's word about a thing."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports", db_index=False)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField(max_length=20, choices=Reason)
    note = models.CharField(max_length=MAX_NOTE_LENGTH, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "reporter"], name="report_once_in_case")]

    def __str__(self) -> str:
        return f"{self.reason} by {self.at_hand('reporter')}"
