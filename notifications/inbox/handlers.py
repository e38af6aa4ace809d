"""What becomes news for whom, and what the sockets of its reader hear."""

from typing import Any

from accounts.data.events import ExportReady
from accounts.users.models import User
from chat.messages.events import MessagesSent, ReceiptsMoved
from core.events.registry import on
from core.realtime.push import push
from moderation.reports.events import CaseDecided
from moderation.reports.models import Case
from notifications.inbox import services, tasks
from notifications.inbox.events import NotificationsAdded, NotificationsRead
from notifications.inbox.models import Kind, Notification
from notifications.inbox.selectors import complete_all, unread_count
from notifications.inbox.serializers import NotificationSerializer
from notifications.inbox.wire import NotificationCount, NotificationNew, NotificationsReadFrame
from social.graph.events import (
    Befriended,
    Blocked,
    Followed,
    FollowRequestClosed,
    FollowRequested,
    FriendRequestClosed,
    FriendRequested,
    MutesChanged,
    Unfollowed,
    Unfriended,
)
from social.graph.models import Follow, FollowRequest, FriendRequest
from social.graph.policies import are_friends
from social.posts.events import CommentCreated, CommentLiked, CommentRemoved, CommentUnliked, PostDeleted, PostHidden, PostLiked, PostUnliked
from social.posts.models import Comment, CommentLike, Post, PostLike


@on(Followed)
def tell_of_follow(event: Followed) -> None:
    """The followed; or the follower, where the followed was asked and so knows.

    Nobody hears of a follow that was taken back meanwhile. Its row is held, so that whoever takes it back now withdraws the line after it is there.
    """
    edges = Follow.objects.filter(follower=event.follower_id, followed=event.followed_id).select_related("follower", "followed")
    if (edge := edges.select_for_update(no_key=True, of=("self",)).first()) is not None:
        follower, followed = edge.follower, edge.followed
        if event.was_asked:
            thing = f"approved:{followed.pk}"
            services.notify(recipient=follower, actor=followed, kind=Kind.FOLLOW_APPROVED, thing=thing, path=f"/{followed.username}/")
        else:
            thing = f"follow:{follower.pk}"
            services.notify(recipient=followed, actor=follower, kind=Kind.FOLLOW, thing=thing, path=f"/{follower.username}/")


@on(Unfollowed)
def withdraw_follow(event: Unfollowed) -> None:
    services.withdraw(thing=f"follow:{event.follower_id}", recipient_id=event.followed_id)
    services.withdraw(thing=f"approved:{event.followed_id}", recipient_id=event.follower_id)


@on(FollowRequested)
def tell_of_follow_request(event: FollowRequested) -> None:
    """The row is held as that of a follow: an answer at this moment finds the line to withdraw."""
    requests = FollowRequest.objects.filter(pk=event.request_id).select_related("requester", "requested")
    if (request := requests.select_for_update(no_key=True, of=("self",)).first()) is not None:
        thing = f"follow_request:{request.requester_id}"
        services.notify(recipient=request.requested, actor=request.requester, kind=Kind.FOLLOW_REQUEST, thing=thing, path="/requests/")


@on(FollowRequestClosed)
def withdraw_follow_request(event: FollowRequestClosed) -> None:
    services.withdraw(thing=f"follow_request:{event.requester_id}", recipient_id=event.requested_id, read_too=True)


@on(FriendRequested)
def tell_of_friend_request(event: FriendRequested) -> None:
    request = FriendRequest.objects.select_related("sender", "receiver").filter(pk=event.request_id, declined_at=None).first()
    if request:
        thing = f"friend_request:{request.pk}"
        services.notify(recipient=request.receiver, actor=request.sender, kind=Kind.FRIEND_REQUEST, thing=thing, path="/friends/requests/")


@on(FriendRequestClosed)
def withdraw_friend_request(event: FriendRequestClosed) -> None:
    services.withdraw(thing=f"friend_request:{event.request_id}", read_too=True)


@on(Befriended)
def tell_of_accepted_request(event: Befriended) -> None:
    people = User.objects.in_bulk([event.asker_id, event.friend_id])
    if len(people) == 2 and are_friends(event.asker_id, event.friend_id):
        asker, friend = people[event.asker_id], people[event.friend_id]
        thing = f"friend:{friend.pk}"
        services.notify(recipient=asker, actor=friend, kind=Kind.FRIEND_ACCEPT, thing=thing, path=f"/{friend.username}/")


@on(Unfriended)
def withdraw_accepted_request(event: Unfriended) -> None:
    services.withdraw(thing=f"friend:{event.actor_id}", recipient_id=event.friend_id)
    services.withdraw(thing=f"friend:{event.friend_id}", recipient_id=event.actor_id)


@on(MutesChanged)
def recount(event: MutesChanged) -> None:
    if recipient := User.objects.filter(pk=event.muter_id).first():
        _push_count(recipient)


@on(ExportReady)
def tell_of_archive(event: ExportReady) -> None:
    if person := User.objects.active().filter(pk=event.person_id).first():
        thing, text = f"export:{event.export_id}", "Your archive is ready to be downloaded."
        services.notify(recipient=person, actor=None, kind=Kind.DATA, thing=thing, path="/settings/data/", text=text)


@on(PostLiked)
def tell_of_post_like(event: PostLiked) -> None:
    like = PostLike.objects.select_related("user", "post__author").filter(post=event.post_id, user=event.user_id).first()
    if like and like.post.is_live:
        _notify_author(like.post, like.user, Kind.LIKE, f"like:post:{like.post_id}:{like.user_id}")


@on(CommentLiked)
def tell_of_comment_like(event: CommentLiked) -> None:
    like = CommentLike.objects.select_related("user", "comment__author").filter(comment=event.comment_id, user=event.user_id).first()
    if like and like.comment.is_live:
        _notify_author(like.comment, like.user, Kind.LIKE, f"like:comment:{like.comment_id}:{like.user_id}")


@on(PostUnliked)
def withdraw_post_like(event: PostUnliked) -> None:
    services.withdraw(thing=f"like:post:{event.post_id}:{event.user_id}")


@on(CommentUnliked)
def withdraw_comment_like(event: CommentUnliked) -> None:
    services.withdraw(thing=f"like:comment:{event.comment_id}:{event.user_id}")


@on(CommentCreated)
def tell_of_comment(event: CommentCreated) -> None:
    """The author of what it answers hears of a reply, the author of the post of a comment; who is both hears once."""
    comment = Comment.objects.select_related("author", "post__author", "parent__author").filter(pk=event.comment_id).first()
    if comment is None or not comment.is_live or not comment.post.is_live:
        return
    thing = f"comment:{comment.pk}"
    if comment.parent is not None:
        _notify_author(comment.parent, comment.author, Kind.REPLY, thing, comment.get_absolute_url(), comment.body)
    _notify_author(comment.post, comment.author, Kind.COMMENT, thing, comment.get_absolute_url(), comment.body)


@on(CommentRemoved)
def forget_comment(event: CommentRemoved) -> None:
    services.withdraw(thing=f"comment:{event.comment_id}", read_too=True)
    services.forget_targets(target_ids=[event.comment_id])


@on(PostDeleted, PostHidden)
def forget_post(event: PostDeleted | PostHidden) -> None:
    services.forget_targets(target_ids=[event.post_id, *Comment.objects.filter(post=event.post_id).values_list("pk", flat=True)])


@on(Blocked)
def separate(event: Blocked) -> None:
    services.separate(one_id=event.blocker_id, other_id=event.blocked_id)


@on(MessagesSent)
def tell_of_messages(event: MessagesSent) -> None:
    tasks.tell_of_messages.apply_async(([str(message_id) for message_id in event.message_ids],), countdown=tasks.READING_SECONDS)


@on(ReceiptsMoved)
def messages_read(event: ReceiptsMoved) -> None:
    tasks.messages_read.delay([(str(receipt.conversation_id), str(receipt.person_id)) for receipt in event.receipts])


OUTCOMES_FOR_REPORTERS = {
    "dismissed": "Thank you for your report. A moderator looked at it and found that it may stay.",
    "hidden": "Thank you for your report. A moderator took it down.",
    "suspended": "Thank you for your report. A moderator suspended the account.",
}
OUTCOMES_FOR_PERSON = {
    "hidden": "A moderator hid your {kind}: {explanation}",
    "restored": "A moderator showed your {kind} again: {explanation}",
}


@on(CaseDecided)
def tell_of_decision(event: CaseDecided) -> None:
    """Reporters hear the outcome; whom it concerns hears what was done and why (the suspended hear it when they sign in)."""
    case = Case.objects.select_related("person").filter(pk=event.case_id).first()
    if case is None:
        return
    about: dict[str, Any] = {"actor": None, "kind": Kind.MODERATION, "path": "/notifications/", "target_kind": "case", "target_id": case.pk}
    if text := OUTCOMES_FOR_REPORTERS.get(event.outcome):
        for report in case.reports.select_related("reporter"):
            services.notify(recipient=report.reporter, thing=f"report:{case.pk}:{event.outcome}", text=text, **about)
    if (told := OUTCOMES_FOR_PERSON.get(event.outcome)) and case.person:
        text = told.format(kind=case.kind, explanation=event.explanation)
        services.notify(recipient=case.person, thing=f"act:{event.act_id}", text=text[:300], **about)


@on(NotificationsAdded)
def push_new(event: NotificationsAdded) -> None:
    """As far as the lines exist for their recipients by now. Those of messages come by the hundred: they have nothing to complete and no bell
    counts them, so any number of them takes one query."""
    lines = list(Notification.objects.visible().select_related("actor", "recipient").filter(pk__in=event.notification_ids))
    for_the_bell = [line for line in lines if line.kind != Kind.MESSAGE]
    if for_the_bell:
        complete_all(for_the_bell)
    for line in lines:
        push(f"user:{line.recipient_id}", NotificationNew(**NotificationSerializer(line).data))
    for recipient in {line.recipient_id: line.recipient for line in for_the_bell}.values():
        _push_count(recipient)


@on(NotificationsRead)
def push_read(event: NotificationsRead) -> None:
    push(f"user:{event.recipient_id}", NotificationsReadFrame(ids=event.notification_ids or None))
    if recipient := User.objects.filter(pk=event.recipient_id).first():
        _push_count(recipient)


def _notify_author(target: Post | Comment, actor: User, kind: Kind, thing: str, path: str = "", words: str = "") -> None:
    """Tell the author of ``target``, unless it no longer exists for them: the audience of a post changes under the comments on it."""
    if not type(target).objects.visible_to(target.author).filter(pk=target.pk).exists():
        return
    services.notify(
        recipient=target.author,
        actor=actor,
        kind=kind,
        thing=thing,
        path=path or target.get_absolute_url(),
        target_kind="post" if isinstance(target, Post) else "comment",
        target_id=target.pk,
        words=words,
    )


def _push_count(recipient: User) -> None:
    push(f"user:{recipient.pk}", NotificationCount(unread=unread_count(recipient)))
