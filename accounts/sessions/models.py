"""Who is signed in, where. The row is the truth about a session: every request with a token joins it."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.sessions.querysets import SessionQuerySet
from core.models import BaseModel


class EndReason(models.TextChoices):
    SIGNED_OUT = "signed_out", "Signed out"
    ENDED = "ended", "Ended from another session"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    TOKEN_REUSED = "token_reused", "An old refresh token was used again"
    SUSPENDED = "suspended", "Account suspended or closed"
    EXPIRED = "expired", "Not used for a month"
    IDENTITY_CHANGED = "identity_changed", "Address or number changed"
    STAFF = "staff", "Ended by staff"
    NOT_ME = "not_me", "Its person said that somebody else was in the account"


class Proof(models.TextChoices):
    """How somebody showed that it is them, the weakest first (``step_up``)."""

    SIGN_IN = "sign_in", "Signed in, by code or by another service"
    PASSWORD = "password", "Password"
    SECOND_FACTOR = "second_factor", "Second factor"


class Session(BaseModel):
    """One sign-in of one person on one device: a cookie session, or a family of tokens (its id is their ``sid``)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    session_key = models.CharField(max_length=40, unique=True, null=True, editable=False, help_text="Django's session behind this one.")
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    last_used_at = models.DateTimeField(default=timezone.now)

    refresh_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="SHA-256 of the one refresh token that still works.")
    spent_digest = models.CharField(max_length=64, blank=True, editable=False, help_text="SHA-256 of the refresh token before it.")
    refreshed_at = models.DateTimeField(null=True, editable=False)

    confirmed_at = models.DateTimeField(null=True, editable=False, help_text="When the person last showed in this session that it is them.")
    confirmed_by = models.CharField(max_length=20, choices=Proof, blank=True, editable=False)

    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(session_key=None, refresh_digest=""), name="session_ended_keeps_no_keys"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_reason="") | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="session_ended_for_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None, confirmed_by="") | (models.Q(confirmed_at__isnull=False) & ~models.Q(confirmed_by="")),
                name="session_confirmed_by_something",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-last_used_at"], name="session_live_by_user", condition=models.Q(ended_at=None)),
            models.Index(fields=["last_used_at"], name="session_by_last_use"),
        ]

    def __str__(self) -> str:
        return f"session of {self.at_hand('user')} since {self.created_at:%Y-%m-%d %H:%M}"


class Spent(BaseModel):
    """Something that works once and was used: a passkey's challenge, an ID token. Only its digest is kept, until it would have run out anyway."""

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256.")

    def __str__(self) -> str:
        return self.digest[:8]


class Purpose(models.TextChoices):
    SIGN_IN = "sign_in", "Signing in"
    SIGN_UP = "sign_up", "Signing up"
    RESET_PASSWORD = "reset_password", "Another password"
    CHANGE_EMAIL = "change_email", "Another address"
    CHANGE_PHONE = "change_phone", "Another number"


class Code(BaseModel):
    """A one-time code, known by its hash. One row for each purpose, place it goes to and network it was asked for from, used again when it is
    asked for again, so that the tries spent stay spent.
    """

    purpose = models.CharField(max_length=20, choices=Purpose)
    destination = models.CharField(max_length=254, help_text="The address or number it goes to.")
    asked_from = models.CharField(max_length=50, help_text="Network of whoever asked, as limits count it.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    is_hollow = models.BooleanField(default=False, help_text="Leads nowhere: made so that asking tells nothing about who is known here.")
    details = models.JSONField(default=dict, help_text="What a sign-up waits with: the username and the password's hash.")

    digest = models.CharField(max_length=64, blank=True, editable=False)
    issue = models.PositiveIntegerField(default=0, help_text="How many were sent. Only the last can be used.")
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    spent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    tries_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "destination", "asked_from"], name="code_one_each"),
            models.CheckConstraint(condition=models.Q(tries__lte=5), name="code_five_tries"),
            models.CheckConstraint(condition=models.Q(spent_at=None) | models.Q(digest="", details={}), name="code_spent_keeps_nothing"),
        ]
        indexes = [models.Index(fields=["sent_at"], name="code_by_age")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.destination}"
