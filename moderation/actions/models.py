from django.conf import settings
from django.db import models

from core.models import BaseModel


class Verb(models.TextChoices):
    CLAIM = "claim", "Claimed"
    RELEASE = "release", "Released"
    DISMISS = "dismiss", "Dismissed"
    HIDE = "hide", "Hid the content"
    UNHIDE = "unhide", "Showed the content again"
    SUSPEND = "suspend", "Suspended the person"
    LIFT = "lift", "Lifted the suspension"
    SESSIONS = "sessions", "Ended sessions"
    FACTORS = "factors", "Reset the second factor"
    CLOSE = "close", "Closed the account"
    REOPEN = "reopen", "Opened the account again"
    KEEP = "keep", "Kept an account that was to be deleted"
    ADDRESS = "address", "Marked an address as verified"
    MARK = "mark", "Gave the verified mark"
    UNMARK = "unmark", "Took the verified mark away"
    REMOVE = "remove", "Removed a relation"
    EDIT = "edit", "Edited the person"


class Act(BaseModel):
    """Something a moderator did: the audit trail. Rows are only ever added; a trigger in the database refuses to change or delete one.

    It points at people without a constraint and keeps their names, so that it outlives them unchanged.
    """

    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    moderator_name = models.CharField(max_length=50)
    verb = models.CharField(max_length=10, choices=Verb)
    case_id = models.UUIDField(null=True, help_text="None for what was done without a report.")
    kind = models.CharField(max_length=20)
    target_id = models.UUIDField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    person_name = models.CharField(max_length=50, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="Of a suspension.")

    class Meta:
        verbose_name = "act"
        constraints = [
            models.CheckConstraint(condition=models.Q(verb__in=["claim", "release"]) | ~models.Q(reason=""), name="act_decision_has_reason"),
        ]
        indexes = [models.Index(fields=["case_id"], name="act_of_case"), models.Index(fields=["verb", "-id"], name="act_by_verb")]

    def __str__(self) -> str:
        return f"{self.moderator_name}: {self.get_verb_display()}"
