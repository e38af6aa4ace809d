"""Reports for tests, made by the services."""

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from moderation.reports import services
from moderation.reports.models import Case
from social.posts.models import Post
from social.posts.tests.factories import make_post


def report_post(post: Post | None = None, reporter: User | None = None, reason: str = "spam") -> Case:
    """The case of a post that somebody reports."""
    post = post or make_post(body="Buy my pills")
    made, _ = services.report(reporter=reporter or UserFactory.create(), kind="post", target_id=post.pk, reason=reason)
    return Case.objects.get(pk=made.case_id)
