"""What of this slice belongs to a person."""

from collections.abc import Iterator

from accounts.users.leaving import ERASED_NAME, make_nobody
from accounts.users.models import User
from core.api.idempotency import forget_person
from core.mail import services as mail
from core.personal_data import Document, Keeper, Row, Trace
from core.sms import services as sms

PROFILE = (
    "username",
    "email",
    "phone",
    "display_name",
    "bio",
    "location",
    "website",
    "birth_date",
    "status_text",
    "status_until",
    "is_verified",
)
SETTINGS = (
    "is_private",
    "messages_from",
    "friend_requests_from",
    "groups_from",
    "presence_shown_to",
    "seen_as",
    "birth_date_shown_to",
    "found_by_email",
    "found_by_phone",
    "first_audience",
    "sends_read_receipts",
)
TIMES = ("created_at", "last_login", "last_seen_at")


def named(person: User | None) -> str | None:
    """How an archive names others: by username, and not at all once they are gone."""
    if person is None:
        return None
    return ERASED_NAME if person.erased_at else person.username


def profile(person: User) -> Iterator[Row]:
    pictures = {"picture": person.avatar_key, "cover": person.cover_key}
    yield {
        "id": person.pk,
        **{name: getattr(person, name) for name in (*PROFILE, *TIMES)},
        **{name: f"media/{key}.webp" if key else None for name, key in pictures.items()},
    }


def chosen(person: User) -> Iterator[Row]:
    yield {name: getattr(person, name) for name in SETTINGS}


def erase(person: User) -> None:
    """What core keeps for a person goes along: it knows no people, and would not hear of it."""
    forget_person(person.pk)
    if person.email:
        mail.forget_recipient(person.email)
    if person.phone:
        sms.forget_recipient(person.phone)
    make_nobody(user=person)


KEEPER = Keeper(
    name="accounts.users",
    documents=(Document("profile", "Profile", profile), Document("settings", "Settings", chosen)),
    erase=erase,
    traces=(
        Trace(field="accounts_users.User_groups.user", unexported="A role of the staff, who cannot leave as such."),
        Trace(field="accounts_users.User_user_permissions.user", unexported="A right of the staff, who cannot leave as such."),
        Trace(
            field="admin.LogEntry.user",
            unexported="What somebody did as staff is the site's, and names others.",
            kept="What staff did stays on record; the name is gone.",
        ),
    ),
)
