from uuid import uuid4

import pytest

from accounts.users.tests.factories import UserFactory
from core.errors import Conflict, Invalid, NotFound
from core.testing.threads import race
from moderation.actions.tests.factories import make_moderator
from moderation.reports import services
from moderation.reports.models import Case, Report, State
from moderation.reports.tests.factories import report_post
from social.graph.services import block
from social.posts.models import Audience
from social.posts.tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db


def test_reports_of_one_thing_make_one_case() -> None:
    post = make_post(body="Buy my pills")
    for _ in range(3):
        case = report_post(post)
    assert Case.objects.count() == 1
    assert (case.report_count, case.person, case.excerpt, case.state) == (3, post.author, "Buy my pills", State.OPEN)


def test_repeated_report_is_the_same_report() -> None:
    post, reporter = make_post(), UserFactory.create()
    first, new = services.report(reporter=reporter, kind="post", target_id=post.pk, reason="spam")
    again, new_again = services.report(reporter=reporter, kind="post", target_id=post.pk, reason="hate")
    assert (new, new_again, again.pk, again.reason) == (True, False, first.pk, "spam")
    assert Case.objects.get().report_count == 1


def test_every_registered_kind_can_be_reported() -> None:
    post = make_post()
    comment = make_comment(post)
    for kind, thing, person in (("post", post, post.author), ("comment", comment, comment.author), ("person", post.author, post.author)):
        services.report(reporter=UserFactory.create(), kind=kind, target_id=thing.pk, reason="other")
        assert Case.objects.get(kind=kind).person == person


def test_what_one_cannot_see_cannot_be_reported() -> None:
    author, reporter = UserFactory.create(), UserFactory.create()
    secret, plain = make_post(author, audience=Audience.ONLY_ME), make_post(author)
    block(actor=author, target=reporter)
    for kind, key in (("post", secret.pk), ("post", plain.pk), ("person", author.pk), ("post", uuid4()), ("nonsense", plain.pk)):
        with pytest.raises(NotFound):
            services.report(reporter=reporter, kind=kind, target_id=key, reason="spam")
    assert not Case.objects.exists()


def test_own_things_and_unknown_reasons_are_refused() -> None:
    post = make_post()
    with pytest.raises(Invalid) as refusal:
        services.report(reporter=post.author, kind="post", target_id=post.pk, reason="spam")
    assert refusal.value.code == "own_thing"
    with pytest.raises(Invalid):
        services.report(reporter=UserFactory.create(), kind="post", target_id=post.pk, reason="because")
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_parallel_reports_make_one_case_and_count_exactly() -> None:
    post, people = make_post(), UserFactory.create_batch(10)
    outcomes = race(lambda number: services.report(reporter=people[number % 10], kind="post", target_id=post.pk, reason="spam"), threads=20)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert (Case.objects.get().report_count, Report.objects.count()) == (10, 10)


@pytest.mark.django_db(transaction=True)
def test_of_two_moderators_claiming_at_once_one_gets_the_case() -> None:
    case, moderators = report_post(), [make_moderator(), make_moderator()]
    outcomes = race(lambda number: services.claim_case(moderator=moderators[number], case_id=case.pk), threads=2)
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert refusal.code == "claimed_by_other"
    case.refresh_from_db()
    assert case.claimed_by in moderators


def test_claim_can_be_repeated_and_given_back() -> None:
    case, moderator, other = report_post(), make_moderator(), make_moderator()
    services.claim_case(moderator=moderator, case_id=case.pk)
    services.claim_case(moderator=moderator, case_id=case.pk)
    with pytest.raises(Conflict):
        services.release_case(moderator=other, case_id=case.pk)
    services.release_case(moderator=moderator, case_id=case.pk)
    assert services.claim_case(moderator=other, case_id=case.pk).claimed_by == other


def test_cases_do_not_exist_for_others() -> None:
    case = report_post()
    assert case.person is not None
    for person in (UserFactory.create(), UserFactory.create(is_staff=True), case.person):
        with pytest.raises(NotFound):
            services.claim_case(moderator=person, case_id=case.pk)
    case.refresh_from_db()
    assert case.state == State.OPEN
