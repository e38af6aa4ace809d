"""What sockets hear of follow requests, and what becomes of those that wait when an account is private no longer."""

from accounts.users.events import PrivacyChanged
from accounts.users.models import User
from accounts.users.serializers import PersonSerializer
from core.events.registry import on
from core.realtime.push import push
from social.graph import selectors, tasks
from social.graph.events import Followed, FollowRequestClosed, FollowRequested
from social.graph.models import FollowRequest
from social.graph.wire import FollowApproved, FollowRequestsWaiting


@on(PrivacyChanged)
def let_in_who_waits(event: PrivacyChanged) -> None:
    if "is_private" in event.choices:
        tasks.approve_all_waiting.delay(str(event.user_id))


@on(FollowRequested)
def tell_of_request(event: FollowRequested) -> None:
    request = FollowRequest.objects.select_related("requester", "requested").filter(pk=event.request_id).first()
    if request is not None:
        _tell_waiting(request.requested, request.requester)


@on(FollowRequestClosed)
def tell_of_fewer(event: FollowRequestClosed) -> None:
    """Only to whom it was sent: who asked is not told that it was declined."""
    if requested := User.objects.filter(pk=event.requested_id).first():
        _tell_waiting(requested, None)


@on(Followed)
def tell_of_approval(event: Followed) -> None:
    if event.was_asked:
        push(f"user:{event.follower_id}", FollowApproved(user=event.followed_id))


def _tell_waiting(person: User, asked_by: User | None) -> None:
    user = dict(PersonSerializer(asked_by).data) if asked_by else None
    push(f"user:{person.pk}", FollowRequestsWaiting(waiting=selectors.waiting_count(person), user=user))
