"""What of this slice belongs to a person, with what allauth keeps for it."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from accounts.sessions import services
from accounts.sessions.devices import device_name
from accounts.sessions.models import EndReason, Session
from accounts.users.models import User
from core.personal_data import Document, Keeper, Row, Trace


def sessions(person: User) -> Iterator[Row]:
    for session in Session.objects.filter(user=person).order_by("id").iterator():
        yield {
            "device": device_name(session.user_agent),
            "user_agent": session.user_agent,
            "address": session.address,
            "signed_in_at": session.created_at,
            "last_used_at": session.last_used_at,
            "ended_at": session.ended_at,
            "end_reason": session.end_reason,
        }


def addresses(person: User) -> Iterator[Row]:
    for address in EmailAddress.objects.filter(user=person).order_by("pk"):
        yield {"email": address.email, "confirmed": address.verified, "primary": address.primary}


def second_factors(person: User) -> Iterator[Row]:
    """That there is one, and since when: its secret would be worth stealing."""
    for factor in Authenticator.objects.filter(user=person).order_by("pk"):
        yield {"type": factor.type, "created_at": factor.created_at, "last_used_at": factor.last_used_at}


def erase(person: User) -> None:
    services.end_all_sessions(user=person, reason=EndReason.SUSPENDED)
    Session.objects.filter(user=person).delete()
    EmailAddress.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()


KEEPER = Keeper(
    name="accounts.sessions",
    documents=(
        Document("sessions", "Sessions", sessions),
        Document("addresses", "E-mail addresses", addresses),
        Document("second_factors", "Second factors", second_factors),
    ),
    erase=erase,
    traces=(
        Trace(field="accounts_sessions.Session.user", document="sessions"),
        Trace(field="account.EmailAddress.user", document="addresses"),
        Trace(field="mfa.Authenticator.user", document="second_factors"),
    ),
)
