"""The address book, and how its owner finds people for it. Whoever stands in it is not told."""

import hashlib
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.users.models import User
from core.errors import Conflict, Forbidden, NotFound
from social.graph import policies
from social.graph.models import Contact, ContactDigest
from social.graph.services.edges import lock_edges

MAX_CONTACTS = 5_000


def add_contact(*, owner: User, person: User, nickname: str = "", is_favourite: bool = False) -> Contact:
    """Put ``person`` into the owner's address book; who stands there already is given back as is.

    Raises:
        Forbidden("contact_oneself"): the two are one.
        NotFound: either blocks the other, or ``person`` has left.
        Conflict("too_many_contacts"): the book holds MAX_CONTACTS.
    """
    if owner == person:
        raise Forbidden("You need not keep yourself.", code="contact_oneself")
    with transaction.atomic():
        lock_edges(owner, person)
        if not policies.may_meet(owner, person):
            raise NotFound
        if (kept := Contact.objects.filter(owner=owner, person=person).first()) is not None:
            return kept
        if Contact.objects.filter(owner=owner).count() >= MAX_CONTACTS:
            raise Conflict(f"An address book holds {MAX_CONTACTS:,} people.", code="too_many_contacts")
        contact = Contact(owner=owner, person=person, nickname=_clean(nickname), is_favourite=is_favourite)
        contact.save(force_insert=True)
        return contact


def change_contact(*, owner: User, contact_id: UUID, changes: dict[str, Any]) -> Contact:
    """Set ``nickname`` (at most MAX_NICKNAME characters; empty for none) or ``is_favourite``. Raises NotFound."""
    with transaction.atomic():
        kept = Contact.objects.kept_by(owner).select_for_update(of=("self",)).filter(pk=contact_id)
        if (contact := kept.first()) is None:
            raise NotFound
        if "nickname" in changes:
            contact.nickname = _clean(changes["nickname"])
        contact.is_favourite = changes.get("is_favourite", contact.is_favourite)
        contact.save(update_fields=["nickname", "is_favourite"])
        return contact


def remove_contact(*, owner: User, contact_id: UUID) -> None:
    """Strike somebody out of the book. Raises NotFound."""
    removed, _ = Contact.objects.filter(owner=owner, pk=contact_id).delete()
    if not removed:
        raise NotFound


def refresh_digests(*, user_id: UUID) -> None:
    """Keep what a person may be found by in step with the address and the number they confirmed. May run twice, and at once."""
    with transaction.atomic():
        person = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if person is None:
            return
        wanted = dict(_findable_by(person))
        ContactDigest.objects.filter(person=person).exclude(kind__in=wanted).delete()
        for kind, digest in wanted.items():
            ContactDigest.objects.update_or_create(person=person, kind=kind, defaults={"digest": digest})


def reconcile_digests() -> int:
    """Refresh everybody whose digests are not those of the confirmed address and number. Returns how many were off."""
    rows = ContactDigest.objects.values_list("person_id", "kind", "digest")
    kept = {(person_id, kind, bytes(digest)) for person_id, kind, digest in rows.iterator()}
    confirmed = EmailAddress.objects.filter(verified=True, primary=True).values_list("user_id", "email")
    wanted = {(user_id, str(ContactDigest.Kind.EMAIL), digest_of(email)) for user_id, email in confirmed.iterator()}
    numbers = User.objects.exclude(phone=None).values_list("pk", "phone")
    wanted |= {(user_id, str(ContactDigest.Kind.PHONE), digest_of(phone)) for user_id, phone in numbers.iterator()}
    off = {person_id for person_id, _, _ in kept ^ wanted}
    for user_id in sorted(off):
        refresh_digests(user_id=user_id)
    return len(off)


def digest_of(address: str) -> bytes:
    """SHA-256 (FIPS 180-4) of a lower-case e-mail address, or of a number in the form of E.164 with its plus sign."""
    return hashlib.sha256(address.strip().lower().encode()).digest()


def _findable_by(person: User) -> Iterator[tuple[str, bytes]]:
    email = EmailAddress.objects.filter(user=person, verified=True, primary=True).values_list("email", flat=True).first()
    if email:
        yield ContactDigest.Kind.EMAIL, digest_of(email)
    if person.phone:  # kept only once it was answered from
        yield ContactDigest.Kind.PHONE, digest_of(person.phone)


def _clean(nickname: str) -> str:
    return nickname.replace("\x00", "").strip()
