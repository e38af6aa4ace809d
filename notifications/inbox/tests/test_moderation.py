"""What people hear of the moderators' decisions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.users.tests.factories import UserFactory
from moderation.actions import services as acts
from moderation.actions.tests.factories import make_moderator
from moderation.reports.tests.factories import report_post
from notifications.inbox.models import Notification
from social.posts.tests.factories import make_post


@pytest.mark.django_db(transaction=True)
def test_reporters_and_author_hear_the_outcome() -> None:
    moderator = make_moderator()
    post, reporters = make_post(), UserFactory.create_batch(2)
    for reporter in reporters:
        case = report_post(post, reporter)
    acts.hide_content(moderator=moderator, case_id=case.pk, reason="Spam is not welcome")
    told = dict(Notification.objects.filter(kind="moderation").values_list("recipient__username", "text"))
    assert set(told) == {*(reporter.username for reporter in reporters), post.author.username}
    assert "took it down" in told[reporters[0].username]
    assert "Spam is not welcome" in told[post.author.username]
    assert moderator.username not in " ".join(told.values())


@pytest.mark.django_db(transaction=True)
def test_reporter_hears_of_a_dismissal_and_the_author_does_not() -> None:
    reporter = UserFactory.create()
    case = report_post(reporter=reporter)
    acts.dismiss(moderator=make_moderator(), case_id=case.pk, reason="Fine")
    assert [line.recipient for line in Notification.objects.filter(kind="moderation")] == [reporter]


@pytest.mark.django_db(transaction=True)
def test_reporter_hears_of_a_suspension() -> None:
    reporter = UserFactory.create()
    case = report_post(reporter=reporter)
    acts.suspend_person(moderator=make_moderator(), case_id=case.pk, reason="Spam", until=timezone.now() + timedelta(days=1))
    [line] = Notification.objects.filter(kind="moderation")
    assert (line.recipient, "suspended the account" in line.text) == (reporter, True)
