from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from core.events.models import OutboxEvent
from core.testing.threads import race
from moderation.actions import selectors, services
from moderation.actions.models import Act, Verb
from moderation.actions.tests.factories import make_moderator
from moderation.reports.models import Case, Outcome, State
from moderation.reports.tests.factories import report_post
from social.posts.models import Post
from social.posts.tests.factories import make_post

pytestmark = pytest.mark.django_db

Decide = Callable[..., Case]
DECISIONS: list[tuple[Decide, dict[str, Any]]] = [
    (services.dismiss, {}),
    (services.hide_content, {}),
    (services.suspend_person, {"until": timezone.now() + timedelta(days=30)}),
]


def post_of(case: Case) -> Post:
    return Post.objects.get(pk=case.target_id)


def is_visible(case: Case) -> bool:
    return Post.objects.visible_to(None).filter(pk=case.target_id).exists()


@pytest.fixture
def moderator() -> User:
    return make_moderator(username="mia")


def test_dismissed_case_leaves_everything_as_it_was(moderator: User) -> None:
    case = services.dismiss(moderator=moderator, case_id=report_post().pk, reason="Fine")
    assert (case.state, case.outcome, is_visible(case)) == (State.CLOSED, Outcome.DISMISSED, True)


def test_hidden_content_is_gone_at_once_and_can_come_back(moderator: User) -> None:
    case = services.hide_content(moderator=moderator, case_id=report_post().pk, reason="Spam")
    assert (case.outcome, is_visible(case)) == (Outcome.HIDDEN, False)
    case = services.unhide_content(moderator=moderator, case_id=case.pk, reason="A mistake")
    assert (case.outcome, is_visible(case)) == (Outcome.RESTORED, True)


def test_suspended_person_disappears_with_what_they_made(moderator: User) -> None:
    until = timezone.now() + timedelta(days=7)
    case = services.suspend_person(moderator=moderator, case_id=report_post().pk, reason="Spam", until=until)
    person = User.objects.get(pk=case.person_id)
    assert (person.is_suspended, person.suspension_reason, is_visible(case)) == (True, "Spam", False)
    services.lift_suspension(moderator=moderator, case_id=case.pk, reason="Sorry")
    person.refresh_from_db()
    assert (person.is_suspended, is_visible(case)) == (False, True)


def test_every_act_leaves_a_row_in_the_trail(moderator: User) -> None:
    case = report_post()
    services.claim(moderator=moderator, case_id=case.pk)
    services.claim(moderator=moderator, case_id=case.pk)
    services.release(moderator=moderator, case_id=case.pk)
    services.hide_content(moderator=moderator, case_id=case.pk, reason="Spam")
    services.suspend_person(moderator=moderator, case_id=case.pk, reason="Again", until=timezone.now() + timedelta(days=1))
    trail = [(act.verb, act.moderator_name, act.reason) for act in reversed(selectors.acts_about(case))]
    assert trail == [("claim", "mia", ""), ("release", "mia", ""), ("hide", "mia", "Spam"), ("suspend", "mia", "Again")]


def test_trail_cannot_be_changed_or_deleted_and_outlives_people(moderator: User) -> None:
    case = services.dismiss(moderator=moderator, case_id=report_post().pk, reason="Fine")
    act = Act.objects.get()
    for change in (
        lambda: Act.objects.update(reason="Other"),
        lambda: Act.objects.all().delete(),
        lambda: act.delete(),
        lambda: act.save(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    case.person.delete()  # type: ignore[union-attr]
    moderator.delete()
    act = Act.objects.get()
    assert (act.verb, act.moderator_name, act.reason) == (Verb.DISMISS, "mia", "Fine")


@pytest.mark.parametrize(("decide", "options"), DECISIONS)
def test_person_without_the_right_decides_nothing(decide: Decide, options: dict[str, Any]) -> None:
    case = report_post()
    for stranger in (UserFactory.create(), UserFactory.create(is_staff=True), case.person):
        with pytest.raises(NotFound):
            decide(moderator=stranger, case_id=case.pk, reason="Because", **options)
    assert_untouched(case)


@pytest.mark.parametrize(("decide", "options"), DECISIONS)
def test_case_of_another_moderator_is_left_alone(moderator: User, decide: Decide, options: dict[str, Any]) -> None:
    case, claimer = report_post(), make_moderator()
    services.claim(moderator=claimer, case_id=case.pk)
    with pytest.raises(Conflict):
        decide(moderator=moderator, case_id=case.pk, reason="Because", **options)
    assert is_visible(case)
    assert Act.objects.filter(verb=Verb.CLAIM).count() == Act.objects.count() == 1


@pytest.mark.parametrize(("decide", "options"), DECISIONS)
def test_nobody_judges_themselves_or_those_who_run_the_place(moderator: User, decide: Decide, options: dict[str, Any]) -> None:
    for author in (moderator, make_moderator()):
        case = report_post(make_post(author))
        with pytest.raises(Forbidden):
            decide(moderator=moderator, case_id=case.pk, reason="Because", **options)
        assert_untouched(case)


def test_decision_needs_a_reason(moderator: User) -> None:
    case = report_post()
    with pytest.raises(Invalid):
        services.hide_content(moderator=moderator, case_id=case.pk, reason="  ")
    assert_untouched(case)


def test_refused_effect_leaves_no_trace(moderator: User) -> None:
    case = report_post()
    with pytest.raises(Invalid):
        services.suspend_person(moderator=moderator, case_id=case.pk, reason="Spam", until=timezone.now() - timedelta(days=1))
    assert_untouched(case)


def test_person_cannot_be_hidden_and_what_is_gone_cannot_either(moderator: User) -> None:
    case = report_post()
    Post.objects.update(deleted_at=timezone.now())
    with pytest.raises(Conflict) as refusal:
        services.hide_content(moderator=moderator, case_id=case.pk, reason="Spam")
    assert refusal.value.code == "gone"


@pytest.mark.django_db(transaction=True)
def test_of_parallel_dismissals_one_counts() -> None:
    case, moderators = report_post(), [make_moderator() for _ in range(4)]
    outcomes = race(lambda number: services.dismiss(moderator=moderators[number], case_id=case.pk, reason="Fine"), threads=4)
    assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 3
    assert Act.objects.count() == 1


def assert_untouched(case: Case) -> None:
    case.refresh_from_db()
    assert (case.state, case.outcome, is_visible(case)) == (State.OPEN, "", True)
    assert not Act.objects.exists()
    assert not OutboxEvent.objects.filter(name__startswith="moderation.").exists()
    assert case.person is not None
    assert not User.objects.get(pk=case.person_id).is_suspended
