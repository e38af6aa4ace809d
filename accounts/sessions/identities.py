"""What people are reached by, an address and a number: signing in and up with a code sent there, a new password for whoever answers from the
number, and changing them.

Nothing here tells who is known: each ``ask_…`` makes a code, writes one mail or text and returns the same, whether or not somebody is behind
the address or number. Whoever owns it reads in the message what the asker does not learn. allauth has flows for phones and codes too. They
keep codes in clear in the session, count tries there without a lock, and give new tries to whoever starts anew, so they are not used.
"""

import contextlib
from dataclasses import dataclass
from uuid import UUID

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.sessions import codes, mails, policies, services, texts
from accounts.sessions.codes import CodeExpired, Issued
from accounts.sessions.models import Code, EndReason, Purpose, Session
from accounts.users import services as users
from accounts.users.events import AddressesChanged
from accounts.users.models import User
from accounts.users.querysets import UserQuerySet
from accounts.users.services import EmailTaken
from core.api.addresses import limit_key
from core.api.limits import enforce, name_identity
from core.errors import Conflict, Forbidden, RateLimited
from core.events.outbox import emit
from core.sms import services as sms


@dataclass(frozen=True, slots=True)
class Where:
    """Where a request came from, for counting and for telling people."""

    address: str
    user_agent: str

    @property
    def network(self) -> str:
        return limit_key(self.address)


class PhonesNotOffered(Forbidden):
    """This site sends no text messages."""

    default_code = "phones_not_offered"
    default_message = "This site cannot send text messages."


@transaction.atomic
def ask_to_sign_in_by_email(*, email: str, where: Where) -> Issued:
    """Mail a code that signs in. An address that waits to be confirmed gets the link that confirms it instead: whoever signed up with it first
    knows the password of that account, so nobody else is led into it.

    Raises: RateLimited as ``codes.issue``.
    """
    address = EmailAddress.objects.filter(email=email.lower()).order_by("-verified").select_related("user").first()
    user = address.user if address is not None and address.verified else None
    issued = codes.issue(purpose=Purpose.SIGN_IN, destination=email.lower(), asked_from=where.network, user=user, is_hollow=user is None)
    _send(issued)
    return issued


@transaction.atomic
def ask_to_sign_in_by_phone(*, phone: str, where: Where) -> Issued:
    """Text a code that signs in. Raises: PhonesNotOffered, RateLimited as ``codes.issue``."""
    return _ask_whose_number(Purpose.SIGN_IN, phone, User.objects.filter(phone=phone), where)


@transaction.atomic
def ask_to_reset_password(*, phone: str, where: Where) -> Issued:
    """Text a code that sets a new password. Closed accounts get none, as by mail. Raises: PhonesNotOffered, RateLimited as ``codes.issue``."""
    return _ask_whose_number(Purpose.RESET_PASSWORD, phone, User.objects.filter(phone=phone, is_active=True), where)


@transaction.atomic
def ask_to_sign_up(*, username: str, phone: str, password: str, where: Where) -> Issued:
    """Text a code that makes the account once it is typed; until then there is none, so nobody can sit on another's number.

    Args:
        username: checked already; it is not held meanwhile.
        password: empty for none.

    Raises: PhonesNotOffered, RateLimited as ``codes.issue``.
    """
    _require_sms()
    details = {"username": username, "password": make_password(password or None)}
    is_taken = User.objects.filter(phone=phone).exists()
    issued = codes.issue(
        purpose=Purpose.SIGN_UP, destination=phone, asked_from=where.network, user=None, is_hollow=is_taken, details={} if is_taken else details
    )
    _send(issued)
    return issued


@transaction.atomic
def ask_to_change_email(*, user: User, email: str, where: Where) -> Issued:
    """Mail a code to the new address. Raises: RateLimited as ``codes.issue``."""
    email = email.lower()
    is_taken = User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists()
    issued = codes.issue(purpose=Purpose.CHANGE_EMAIL, destination=email, asked_from=where.network, user=user, is_hollow=is_taken)
    _send(issued)
    return issued


@transaction.atomic
def ask_to_change_phone(*, user: User, phone: str, where: Where) -> Issued:
    """Text a code to the new number. Raises: PhonesNotOffered, RateLimited as ``codes.issue``."""
    _require_sms()
    is_taken = User.objects.filter(phone=phone).exclude(pk=user.pk).exists()
    issued = codes.issue(purpose=Purpose.CHANGE_PHONE, destination=phone, asked_from=where.network, user=user, is_hollow=is_taken)
    _send(issued)
    return issued


@transaction.atomic
def send_again(*, token: str) -> Issued:
    """Another code for what the token was for; the one before stops working. Raises: CodeExpired, RateLimited as ``codes.issue``."""
    issued = codes.issue_again(token=token)
    _send(issued)
    return issued


def sign_up(*, code: Code, username: str = "") -> None:
    """Make the account a code is for; from then on it is that person's code. Part of the spending of it (``codes.spend``), so that there is an
    account exactly when the code is used up, and whoever is refused one can choose another name.

    Args:
        username: another than was asked for.

    Raises: UsernameTaken, PhoneTaken when somebody was quicker; Invalid as ``users.add_user``. Events: UserCreated.
    """
    details = code.details
    code.user = users.add_user(user=User(username=username or details["username"], password=details["password"], phone=code.destination))


def person_to_let_in(*, code: Code) -> User:
    """Whom a spent code signs in. Raises: CodeExpired where the address or number is no longer theirs."""
    user = code.user
    if user is None:
        raise CodeExpired
    by_phone = code.destination.startswith("+")
    still = user.phone == code.destination if by_phone else EmailAddress.objects.filter(user=user, email=code.destination, verified=True).exists()
    if not still:
        raise CodeExpired
    return user


def reset_password(*, user: User, password: str, where: Where) -> None:
    """Set the password of somebody who answered from their number. Every session ends, and number and address are told.

    Events: SessionEnded for each.
    """
    hashed = make_password(password)  # which takes a while: not under the lock
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        person.password = hashed
        person.save(update_fields=["password"])
        services.end_all_sessions(user=person, reason=EndReason.PASSWORD_CHANGED)
        if person.phone:
            _text_changed(person.phone, "password")
        if person.email:
            _notify("password_reset", person.email, person, where)


@transaction.atomic
def change_email(*, user: User, code: Code, where: Where, keep: Session) -> None:
    """Make the address a spent code went to the person's only one. The old one is told, and every session but ``keep`` ends. Nothing happens where
    it is theirs, confirmed, already.

    Raises: EmailTaken when somebody was quicker. Events: AddressesChanged, SessionEnded for each.
    """
    before = User.objects.select_for_update().get(pk=user.pk).email
    if before == code.destination and EmailAddress.objects.filter(user=user, email=before, verified=True).exists():
        return
    person = users.set_email(user=user, email=code.destination)
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    if before == person.email:  # theirs before, and confirmed now
        emit(AddressesChanged(user_id=person.pk))
    services.end_all_sessions(user=person, except_session=keep.pk, reason=EndReason.IDENTITY_CHANGED)
    if before and before != person.email:
        _notify("email_changed", before, person, where)
    elif person.phone:
        _text_changed(person.phone, "address")


@transaction.atomic
def change_phone(*, user: User, code: Code, where: Where, keep: Session) -> None:
    """Make the number a spent code went to the person's. The old number and the address are told, and every session but ``keep`` ends.

    Raises: PhoneTaken when somebody was quicker. Events: AddressesChanged, SessionEnded for each.
    """
    _set_phone(user, code.destination, "phone_changed", where, keep)


@transaction.atomic
def remove_phone(*, user: User, where: Where, keep: Session) -> None:
    """Take the number away. Nothing happens to somebody who has none.

    Raises: Conflict("only_identity") where there is no confirmed address to be reached by.
    Events: AddressesChanged, SessionEnded for each other session.
    """
    if not user.phone:
        return
    if not policies.can_lose_phone(user):
        raise Conflict("This number is all we can reach you by. Add an address first.", code="only_identity")
    _set_phone(user, None, "phone_removed", where, keep)


@transaction.atomic
def remind_to_confirm(*, user_id: UUID) -> None:
    """Mail the link that confirms a sign-up once more, to whoever tried to sign in with its password; no more often than any mail to the address."""
    address = EmailAddress.objects.filter(user__in=User.objects.unconfirmed().filter(pk=user_id), verified=False).select_related("user").first()
    if address is None:
        return
    with contextlib.suppress(RateLimited):
        enforce("mail", name_identity(address.email))
        _send_link(address)


@transaction.atomic
def verify_address(*, address: EmailAddress) -> None:
    """Staff know that an address is its owner's.

    Raises: EmailTaken where somebody else has confirmed it.
    Events: AddressesChanged.
    """
    User.objects.select_for_update(no_key=True).get(pk=address.user_id)  # as by whoever gives an unconfirmed sign-up up
    locked = EmailAddress.objects.select_for_update().get(pk=address.pk)
    if not locked.set_verified():
        raise EmailTaken
    users.confirm_sign_up(user_id=locked.user_id)
    emit(AddressesChanged(user_id=locked.user_id))


def _set_phone(user: User, phone: str | None, mail: str, where: Where, keep: Session) -> None:
    before = User.objects.select_for_update().get(pk=user.pk).phone
    if before == phone:
        return
    person = users.set_phone(user=user, phone=phone)
    services.end_all_sessions(user=person, except_session=keep.pk, reason=EndReason.IDENTITY_CHANGED)
    if before:
        _text_changed(before, "number")
    if person.email:
        _notify(mail, person.email, person, where)


def _ask_whose_number(purpose: Purpose, phone: str, people: UserQuerySet, where: Where) -> Issued:
    """A code for the one of ``people`` there may be; for nobody, one that leads nowhere."""
    _require_sms()
    user = people.first()
    issued = codes.issue(purpose=purpose, destination=phone, asked_from=where.network, user=user, is_hollow=user is None)
    _send(issued)
    return issued


def _require_sms() -> None:
    if not sms.is_offered():
        raise PhonesNotOffered


def _send(issued: Issued) -> None:
    """The code, or what is told instead of it, to where it belongs."""
    code = issued.code
    if code.destination.startswith("+"):
        sms.send_later(recipient=code.destination, text=texts.for_code(code, issued.digits), good_until=code.expires_at)
        return
    context = {"code": issued.digits, "signup_url": _absolute("account_signup")}
    waiting = EmailAddress.objects.filter(email=code.destination, verified=False).select_related("user").first()  # asked for in every case: see above
    if code.purpose == Purpose.CHANGE_EMAIL:
        name = "email_change_taken" if code.is_hollow else "email_change_code"
    elif not code.is_hollow:
        name = "login_code"
    elif waiting is not None:
        _send_link(waiting)
        return
    else:
        name = "unknown_account"
    mails.render(name, to=[code.destination], context=context).send()


def _send_link(address: EmailAddress) -> None:
    context = {"username": address.user.username, "activate_url": _absolute("account_confirm_email", EmailConfirmationHMAC(address).key)}
    mails.render("email_confirmation_signup", to=[address.email], context=context).send()


def _absolute(route: str, *args: str) -> str:
    return f"{settings.SITE_URL}{reverse(route, args=args)}"


def _notify(name: str, to: str, person: User, where: Where) -> None:
    context = {"username": person.username, "timestamp": timezone.now(), "ip": where.address, "user_agent": where.user_agent}
    mails.render(name, to=[to], context=context).send()


def _text_changed(phone: str, what: str) -> None:
    if sms.is_offered():
        sms.send_later(recipient=phone, text=texts.changed(what))
