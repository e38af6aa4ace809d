"""What of this slice belongs to a person, with what allauth keeps for it."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q

from accounts.sessions import services
from accounts.sessions.devices import device_name
from accounts.sessions.models import Code, EndReason, Session
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
    """That there is one, what it is called, and since when: its secret would be worth stealing."""
    for factor in Authenticator.objects.filter(user=person).order_by("pk"):
        yield {
            "type": factor.type,
            "name": factor.data.get("name", ""),
            "created_at": factor.created_at,
            "last_used_at": factor.last_used_at,
        }


def connected(person: User) -> Iterator[Row]:
    for account in SocialAccount.objects.filter(user=person).order_by("pk"):
        yield {
            "service": account.provider,
            "id": account.uid,
            "email": account.extra_data.get("email", ""),
            "connected_at": account.date_joined,
            "last_used_at": account.last_login,
        }


def codes(person: User) -> Iterator[Row]:
    """What was asked for in the last hour, not the codes, of which only a hash is known; nor whence, which may be somebody else's place."""
    for code in Code.objects.filter(user=person).order_by("id"):
        yield {"for": code.purpose, "to": code.destination, "sent_at": code.sent_at, "used_at": code.spent_at}


def erase(person: User) -> None:
    """Codes go by where they were sent, too: those that lead nowhere name nobody."""
    services.end_all_sessions(user=person, reason=EndReason.SUSPENDED)
    Session.objects.filter(user=person).delete()
    places = [place.lower() for place in (person.email, person.phone) if place]
    Code.objects.filter(Q(user=person) | Q(destination__in=places)).delete()
    EmailAddress.objects.filter(user=person).delete()
    SocialAccount.objects.filter(user=person).delete()  # with the tokens of the other service, where any are kept
    Authenticator.objects.filter(user=person).delete()


KEEPER = Keeper(
    name="accounts.sessions",
    documents=(
        Document("sessions", "Sessions", sessions),
        Document("addresses", "E-mail addresses", addresses),
        Document("second_factors", "Second factors", second_factors),
        Document("connected_accounts", "Accounts elsewhere", connected),
        Document("codes", "Codes you asked for", codes),
    ),
    erase=erase,
    traces=(
        Trace(field="accounts_sessions.Session.user", document="sessions"),
        Trace(field="account.EmailAddress.user", document="addresses"),
        Trace(field="mfa.Authenticator.user", document="second_factors"),
        Trace(field="socialaccount.SocialAccount.user", document="connected_accounts"),
        Trace(field="accounts_sessions.Code.user", document="codes"),
    ),
)
