"""A person who has left something in every table that people leave things in, and the people around them."""

from dataclasses import dataclass
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.data import services
from accounts.data.models import Deletion, Export
from accounts.profiles.services import set_avatar
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.services import update_profile
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation
from chat.conversations.tests.factories import make_direct
from chat.messages.models import Message
from chat.messages.services import hide_message, send_message
from core.api.models import IdempotentRequest
from media_app.uploads.models import Kind, Upload
from media_app.uploads.tests.factories import processed
from moderation.actions import services as acts
from moderation.actions.models import Act, Verb
from moderation.actions.tests.factories import make_moderator
from moderation.reports.models import Case
from moderation.reports.tests.factories import report_post
from notifications.inbox import services as inbox
from notifications.inbox.models import Kind as NotificationKind
from social.graph import services as graph
from social.posts import services as posts
from social.posts.models import Comment, Post
from social.posts.services import Picture
from social.posts.tests.factories import make_comment, make_post


@dataclass
class World:
    ana: User
    ben: User
    carla: User
    post: Post
    bens_post: Post
    answered: Comment
    answer: Comment
    conversation: Conversation
    picture: Upload


def say(sender: User, conversation: Conversation, body: str) -> Message:
    sent = send_message(sender=sender, conversation_id=conversation.pk, body=body)
    return Message.objects.get(pk=sent.id)


def make_world() -> World:
    ana = UserFactory.create(username="ana", display_name="Ana Ferreira", email="ana@example.com")
    ben = UserFactory.create(username="ben", display_name="Ben Okafor", email="ben@example.com")
    carla, dora = UserFactory.create(username="carla"), UserFactory.create(username="dora")
    update_profile(user=ana, changes={"bio": "Potter in Porto", "location": "Porto"})
    avatar = processed(owner=ana, kind=Kind.AVATAR)
    set_avatar(user=ana, upload_id=avatar.pk)
    picture = processed(owner=ana)
    open_session(ana, "Firefox/1 Linux")
    Authenticator.objects.create(user=ana, type=Authenticator.Type.RECOVERY_CODES, data={})
    IdempotentRequest.objects.create(person_id=ana.pk, key="k", route="POST /", fingerprint="f", status=201, body="{}")

    post = posts.create_post(author=ana, body="Bowls by Ana", images=[Picture(picture.pk, "A blue bowl")])
    bens_post = make_post(ben, "Trains by Ben")
    answered = make_comment(bens_post, ana, "Which line, asks Ana")
    answer = make_comment(bens_post, ben, "The night one", parent=answered)
    make_comment(bens_post, ana, "Alone here, says Ana")
    under_hers = make_comment(post, ben, "Lovely bowl, says Ben")
    posts.like_post(actor=ana, post=bens_post)
    posts.like_comment(actor=ana, comment=answer)
    posts.like_comment(actor=ben, comment=answered)
    posts.like_post(actor=ben, post=post)
    posts.like_comment(actor=carla, comment=under_hers)

    graph.follow(actor=ana, target=ben)
    graph.follow(actor=ben, target=ana)
    graph.block(actor=ana, target=dora)
    graph.block(actor=UserFactory.create(username="emil"), target=ana)

    conversation = make_direct(ana, ben)
    say(ana, conversation, "Hello Ben, it is Ana")
    say(ben, conversation, "Hello Ana, it is Ben")
    hide_message(actor=ana, message_id=say(ben, conversation, "Words Ana did not want").pk)

    report_post(bens_post, ana)
    case = report_post(post, carla)
    Case.objects.filter(pk=case.pk).update(claimed_by=ana)
    acts.dismiss(moderator=make_moderator(username="mia"), case_id=report_post(make_post(ana, "Reported"), ben).pk, reason="It may stay")
    Act.objects.create(moderator=ana, moderator_name="ana", verb=Verb.CLAIM, case_id=case.pk, kind="post", target_id=post.pk, person=ben)
    inbox.notify(recipient=ana, actor=ben, kind=NotificationKind.FOLLOW, thing="world:1", path="/ben/")
    inbox.notify(recipient=ben, actor=ana, kind=NotificationKind.FOLLOW, thing="world:2", path="/ana/")

    ana.groups.add(Group.objects.create(name="tidy"))
    permission = Permission.objects.first()
    assert permission is not None
    ana.user_permissions.add(permission)
    LogEntry.objects.create(user=ana, content_type=ContentType.objects.get_for_model(User), object_id=str(ben.pk), action_flag=CHANGE)
    Export.objects.create(person=ana, state=Export.State.FAILED)
    now = timezone.now()
    Deletion.objects.create(person=UserFactory.create(), erase_at=now, state=Deletion.State.KEPT, kept_at=now, kept_by=ana)
    ana.refresh_from_db()
    return World(ana, ben, carla, post, bens_post, answered, answer, conversation, picture)


def erase_now(person: User) -> Deletion:
    """Ask for the deletion, let its time come, and carry it out."""
    deletion = services.request_deletion(user=person)
    let_time_come(deletion)
    services.erase(deletion_id=deletion.pk)
    deletion.refresh_from_db()
    return deletion


def let_time_come(deletion: Deletion) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Deletion.objects.filter(pk=deletion.pk).update(erase_at=past)
    User.objects.filter(pk=deletion.person_id, erase_at__isnull=False).update(erase_at=past)
