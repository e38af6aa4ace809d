"""Creating, editing and suspending people."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.urls import get_resolver
from django.utils import timezone

from accounts.users import services
from accounts.users.events import AddressesChanged, ProfileUpdated, UserRestored
from accounts.users.models import User
from accounts.users.names import is_reserved, top_level_segments
from accounts.users.tests.factories import UserFactory
from core.errors import DomainError, Invalid
from core.events.registry import Event, event_name, handlers
from core.testing.threads import race


@pytest.mark.django_db(transaction=True)
def test_sign_ups_racing_for_one_username_in_any_case_give_one_person() -> None:
    names = ["ana", "Ana", "ANA", "aNa", "anA", "AnA"]
    results = race(lambda n: services.create_user(username=names[n], email=f"{n}@example.com"), threads=6)
    assert User.objects.count() == 1
    assert sorted(type(result).__name__ for result in results) == ["User", *["UsernameTaken"] * 5]


@pytest.mark.django_db(transaction=True)
def test_sign_ups_racing_for_one_address_in_any_case_give_one_person() -> None:
    addresses = ["ana@example.com", "Ana@example.com", "ANA@EXAMPLE.COM", "ana@Example.com"]
    results = race(lambda n: services.create_user(username=f"person{n}", email=addresses[n]), threads=4)
    assert User.objects.count() == 1
    assert sorted(type(result).__name__ for result in results) == ["EmailTaken"] * 3 + ["User"]


def test_every_top_level_path_is_a_reserved_username() -> None:
    segments = {str(pattern.pattern).split("/")[0] for pattern in get_resolver().url_patterns}
    words = {segment for segment in segments if segment.replace("-", "").replace("_", "").replace(".", "").isalnum()}
    assert {"api", "admin", "sign-in", "settings"} <= words
    assert {word for word in words if not is_reserved(word)} == set()
    assert words <= top_level_segments() | {"api"}


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["admin", "Sign-Up", "sign_up", "ab", "a" * 51, "\u0430na", "a b", "ana\n", "."])
def test_usernames_that_mislead_or_do_not_fit_are_refused(username: str) -> None:
    with pytest.raises(Invalid):
        services.create_user(username=username)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_profile_keeps_to_its_own_fields() -> None:
    ana = UserFactory.create()
    with pytest.raises(Invalid) as refused:
        services.update_profile(user=ana, changes={"bio": "Hi", "is_staff": True})
    assert refused.value.details == {"fields": ["is_staff"]}
    ana.refresh_from_db()
    assert (ana.bio, ana.is_staff) == ("", False)


@pytest.mark.django_db
def test_suspension_has_an_end_and_can_be_lifted() -> None:
    ana = UserFactory.create()
    with pytest.raises(DomainError):
        services.suspend_user(user=ana, until=timezone.now() - timedelta(seconds=1), reason="Spam")
    ana = services.suspend_user(user=ana, until=timezone.now() + timedelta(days=1), reason="Spam")
    assert ana.is_suspended
    assert not User.objects.active().exists()
    assert not services.lift_suspension(user=ana).is_suspended
    assert User.objects.active().get() == ana


@pytest.mark.django_db
def test_last_seen_moves_forward_only() -> None:
    ana = UserFactory.create()
    now = timezone.now()
    services.record_seen(user_ids=[ana.pk], at=now)
    services.record_seen(user_ids=[ana.pk], at=now - timedelta(minutes=1))
    ana.refresh_from_db()
    assert ana.last_seen_at == now


@pytest.fixture
def told() -> Iterator[list[Event]]:
    """What was handed over."""
    seen: list[Event] = []
    kinds = (ProfileUpdated, UserRestored, AddressesChanged)
    for kind in kinds:
        handlers.setdefault(event_name(kind), {})["test"] = seen.append
    yield seen
    for kind in kinds:
        del handlers[event_name(kind)]["test"]


@pytest.mark.django_db(transaction=True)
def test_what_changes_nothing_tells_nobody(told: list[Event]) -> None:
    ana = UserFactory.create(phone="+351912345678")
    until = timezone.now() + timedelta(hours=1)
    services.set_status(user=ana, text="Out", until=until)
    assert len(told) == 1
    services.set_status(user=ana, text="Out", until=until)
    services.set_email(user=ana, email=str(ana.email))
    services.set_phone(user=ana, phone="+351912345678")
    User.objects.filter(pk=ana.pk).update(suspended_until=timezone.now() - timedelta(hours=1))
    services.lift_suspension(user=ana)
    assert len(told) == 1
    services.set_phone(user=ana, phone=None)
    services.set_status(user=ana, text="")
    assert len(told) == 3
