from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils import timezone

from accounts.users.querysets import UserManager, names
from core.models import BaseModel
from core.storage import store


class Circle(models.TextChoices):
    """Who something is for, from the owner's side."""

    EVERYONE = "everyone", "Everyone"
    FOLLOWED = "followed", "People I follow"
    FRIENDS = "friends", "My friends"
    NOBODY = "nobody", "Nobody"


class Asking(models.TextChoices):
    """Who may ask somebody to be friends: a circle without the friends, who need not ask."""

    EVERYONE = Circle.EVERYONE.value, "Everyone"
    FOLLOWED = Circle.FOLLOWED.value, "People I follow"
    NOBODY = Circle.NOBODY.value, "Nobody"


class SeenAs(models.TextChoices):
    """How somebody who is connected wants to be seen. Whoever is invisible looks as if they were not there."""

    ONLINE = "online", "Online"
    AWAY = "away", "Away"
    BUSY = "busy", "Busy"
    INVISIBLE = "invisible", "Invisible"


class FirstAudience(models.TextChoices):
    """Whom a new post is for until its author says otherwise. The values are those of ``social.posts.models.Audience``."""

    PUBLIC = "public", "Everyone"
    FOLLOWERS = "followers", "My followers"
    FRIENDS = "friends", "My friends"
    ONLY_ME = "only_me", "Only me"


# What forms, refusals and the catalogue of errors say of usernames.
USERNAME_HELP = "3 to 50 letters, digits, underscores or dots. This is your address here."
USERNAME_RULE = "Use the letters a to z, digits, underscores, and dots, but no dot at the beginning or the end."


class User(BaseModel, AbstractBaseUser, PermissionsMixin):
    """A person: how they are known, what they show, what they allow. Pictures are storage keys; ``core.storage`` makes them URLs."""

    username = models.CharField(
        max_length=50,
        unique=True,
        validators=[
            MinLengthValidator(3),
            RegexValidator(r"^[A-Za-z0-9_](?:[A-Za-z0-9_.]*[A-Za-z0-9_])?\Z", USERNAME_RULE),
        ],
    )
    email = models.EmailField(null=True, blank=True)
    phone = models.CharField(max_length=16, null=True, blank=True, help_text="E.164. Only ever a number whose owner has answered from it.")
    display_name = models.CharField(max_length=80, blank=True)
    bio = models.CharField(max_length=500, blank=True)
    location = models.CharField(max_length=80, blank=True)
    website = models.URLField(max_length=200, blank=True)
    avatar_key = models.CharField(max_length=200, blank=True, help_text="Storage prefix of the picture's variants.")
    avatar_blurhash = models.CharField(max_length=60, blank=True)
    cover_key = models.CharField(max_length=200, blank=True, help_text="Storage prefix of the wide picture's variants.")
    cover_blurhash = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    status_text = models.CharField(max_length=100, blank=True, help_text="What the person is up to, in their own words.")
    status_until = models.DateTimeField(null=True, blank=True, help_text="When the status ends by itself; it stays where this is empty.")
    is_verified = models.BooleanField(default=False, help_text="The mark beside the name.")
    last_seen_at = models.DateTimeField(null=True, blank=True)

    is_private = models.BooleanField(default=False, help_text="Posts, followers and following are for followers the person approved.")
    messages_from = models.CharField(
        max_length=10, choices=Circle, default=Circle.EVERYONE, help_text="Who may start a conversation with this person."
    )
    friend_requests_from = models.CharField(
        max_length=10, choices=Asking, default=Asking.EVERYONE, help_text="Who may ask this person to be friends."
    )
    groups_from = models.CharField(max_length=10, choices=Circle, default=Circle.EVERYONE, help_text="Who may add this person to a group.")
    presence_shown_to = models.CharField(
        max_length=10, choices=Circle, default=Circle.EVERYONE, help_text="Who sees the online state, last seen and status."
    )
    seen_as = models.CharField(
        max_length=10,
        choices=SeenAs,
        default=SeenAs.ONLINE,
        db_default=SeenAs.ONLINE,
        help_text="How this person chose to look while connected.",
    )
    birth_date_shown_to = models.CharField(max_length=10, choices=Circle, default=Circle.NOBODY, help_text="Who sees the date of birth.")
    found_by_email = models.CharField(max_length=10, choices=Circle, default=Circle.NOBODY, help_text="Who finds this person by the e-mail address.")
    found_by_phone = models.CharField(max_length=10, choices=Circle, default=Circle.NOBODY, help_text="Who finds this person by the phone number.")
    first_audience = models.CharField(
        max_length=10, choices=FirstAudience, default=FirstAudience.PUBLIC, help_text="Whom new posts are for until the author says otherwise."
    )
    sends_read_receipts = models.BooleanField(default=True)

    is_active = models.BooleanField(default=True)
    is_waiting = models.BooleanField(default=False, help_text="A sign-up whose address was not answered from yet: it exists for nobody.")
    is_staff = models.BooleanField(default=False, help_text="May enter the admin site.")
    suspended_until = models.DateTimeField(null=True, blank=True)
    suspension_reason = models.CharField(max_length=500, blank=True)
    erase_at = models.DateTimeField(null=True, blank=True, help_text="When everything of this person goes; until then they may come back.")
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="The row is what the words of others still point at, and says nothing of anybody."
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_unique", violation_error_message="This username is taken."),
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.UniqueConstraint(fields=["phone"], condition=models.Q(phone__isnull=False), name="user_phone_unique"),
            models.CheckConstraint(condition=models.Q(phone__regex=r"^\+[1-9][0-9]{5,14}$"), name="user_phone_e164"),
            models.CheckConstraint(condition=models.Q(erase_at=None) | models.Q(is_active=False, erased_at=None), name="user_leaving_is_closed"),
            models.CheckConstraint(
                condition=models.Q(is_waiting=False) | models.Q(is_active=False, erase_at=None, erased_at=None), name="user_waiting_is_hidden"
            ),
            models.CheckConstraint(condition=models.Q(erased_at=None) | models.Q(is_active=False, email=None), name="user_erased_is_nobody"),
        ]
        indexes = [
            GinIndex(OpClass(names(), name="gin_trgm_ops"), name="user_by_part_of_names"),  # by parts of the names, and by what they are like
            models.Index(Upper("username"), name="user_by_username"),  # the two for ``iexact``, which allauth and sign-in ask by
            models.Index(Upper("email"), name="user_by_email"),
            models.Index(fields=["email"], name="user_by_exact_email"),  # allauth writes addresses in lower case, and asks for them so
            models.Index(fields=["created_at"], condition=models.Q(is_waiting=True), name="user_waiting"),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """What to call this person: the display name, or the username where there is none."""
        return self.display_name or self.username

    @property
    def avatar_url(self) -> str | None:
        return store.public_url(f"{self.avatar_key}/256.webp") if self.avatar_key else None

    @property
    def cover_url(self) -> str | None:
        return store.public_url(f"{self.cover_key}/1280.webp") if self.cover_key else None

    @property
    def status(self) -> str:
        """The status text, while it holds."""
        return self.status_text if self.status_until is None or self.status_until > timezone.now() else ""

    @property
    def missing_from_profile(self) -> list[str]:
        """What a profile that tells people who this is still lacks, in the order it is asked for."""
        return [word for word, value in (("picture", self.avatar_key), ("name", self.display_name), ("bio", self.bio)) if not value]

    @property
    def is_suspended(self) -> bool:
        return self.suspended_until is not None and self.suspended_until > timezone.now()


class RetiredName(models.Model):
    """A username somebody had who is gone: nobody gets it again, so that nobody can pose as them. Known by its hash only."""

    digest = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the name in lower case.")

    def __str__(self) -> str:
        return self.digest
