"""A person who has left something in every table that people leave things in, and the people around them."""

from dataclasses import dataclass
from datetime import date, timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from accounts.data import services
from accounts.data.models import Deletion, Export
from accounts.profiles.services import set_picture
from accounts.sessions import codes
from accounts.sessions.models import Purpose
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.services import set_phone, set_status, update_profile
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation
from chat.conversations.tests.factories import make_direct
from chat.messages.models import Message
from chat.messages.services import hide_message, send_message
from core.api.models import IdempotentRequest
from core.sms.services import send_later as send_text
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
from social.graph.tests.factories import make_friends
from social.posts import services as posts
from social.posts.models import Comment, Post
from social.posts.services import Picture
from social.posts.tests.factories import make_comment, make_post

PHONE = "+351912345678"


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
    """A row of Ana's behind every foreign key to a person."""
    ana = UserFactory.create(username="ana", display_name="Ana Ferreira", email="ana@example.com")
    ben = UserFactory.create(username="ben", display_name="Ben Okafor", email="ben@example.com")
    carla = UserFactory.create(username="carla")
    picture = make_profile(ana)
    make_ways_in(ana)
    post, bens_post = posts.create_post(author=ana, body="Bowls by Ana", images=[Picture(picture.pk, "A blue bowl")]), make_post(ben, "Trains by Ben")
    answered, answer = make_words(ana, ben, carla, post, bens_post)
    make_edges(ana, ben, carla)
    conversation = make_talk(ana, ben)
    make_judgements(ana, ben, carla, post, bens_post)
    make_office(ana, ben)
    ana.refresh_from_db()
    return World(ana, ben, carla, post, bens_post, answered, answer, conversation, picture)


def make_profile(ana: User) -> Upload:
    """What Ana shows of herself, and a picture that is in no post yet."""
    update_profile(user=ana, changes={"bio": "Potter in Porto", "location": "Porto", "birth_date": date(1990, 4, 23)})
    set_status(user=ana, text="At the kiln")
    for kind in (Kind.AVATAR, Kind.COVER):
        set_picture(user=ana, upload_id=processed(owner=ana, kind=kind).pk, kind=kind)
    return processed(owner=ana)


def make_ways_in(ana: User) -> None:
    """A number, codes asked for by Ana and by nobody known, a session, second factors, an account elsewhere."""
    set_phone(user=ana, phone=PHONE)
    send_text(recipient=PHONE, text="Your code is 123456")
    codes.issue(purpose=Purpose.CHANGE_PHONE, destination="+351910000001", asked_from="127.0.0.1", user=ana)
    codes.issue(purpose=Purpose.SIGN_UP, destination=PHONE, asked_from="127.0.0.1", user=None, is_hollow=True)
    open_session(ana, "Firefox/1 Linux")
    Authenticator.objects.create(user=ana, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "Secret seed"})
    Authenticator.objects.create(user=ana, type=Authenticator.Type.WEBAUTHN, data={"name": "Blue key", "credential": {"id": "Secret credential"}})
    google = SocialAccount.objects.create(user=ana, provider="google", uid="1234567890", extra_data={"email": "ana@elsewhere.example"})
    SocialToken.objects.create(account=google, token="Secret token")
    IdempotentRequest.objects.create(person_id=ana.pk, key="k", route="POST /", fingerprint="f", status=201, body="{}")


def make_words(ana: User, ben: User, carla: User, post: Post, bens_post: Post) -> tuple[Comment, Comment]:
    """Comments and likes under both posts. Ana's comment that was answered, and the answer."""
    answered = make_comment(bens_post, ana, "Which line, asks Ana")
    answer = make_comment(bens_post, ben, "The night one", parent=answered)
    make_comment(bens_post, ana, "Alone here, says Ana")
    under_hers = make_comment(post, ben, "Lovely bowl, says Ben")
    posts.like_post(actor=ana, post=bens_post)
    posts.like_comment(actor=ana, comment=answer)
    posts.like_comment(actor=ben, comment=answered)
    posts.like_post(actor=ben, post=post)
    posts.like_comment(actor=carla, comment=under_hers)
    return answered, answer


def make_talk(ana: User, ben: User) -> Conversation:
    conversation = make_direct(ana, ben)
    say(ana, conversation, "Hello Ben, it is Ana")
    say(ben, conversation, "Hello Ana, it is Ben")
    hide_message(actor=ana, message_id=say(ben, conversation, "Words Ana did not want").pk)
    return conversation


def make_judgements(ana: User, ben: User, carla: User, post: Post, bens_post: Post) -> None:
    """What Ana reported, what was reported of hers, and what she decided as a moderator; what she and Ben were told of."""
    report_post(bens_post, ana)
    case = report_post(post, carla)
    Case.objects.filter(pk=case.pk).update(claimed_by=ana)
    acts.dismiss(moderator=make_moderator(username="mia"), case_id=report_post(make_post(ana, "Reported"), ben).pk, reason="It may stay")
    Act.objects.create(moderator=ana, moderator_name="ana", verb=Verb.CLAIM, case_id=case.pk, kind="post", target_id=post.pk, person=ben)
    inbox.notify(recipient=ana, actor=ben, kind=NotificationKind.FOLLOW, thing="world:1", path="/ben/")
    inbox.notify(recipient=ben, actor=ana, kind=NotificationKind.FOLLOW, thing="world:2", path="/ana/")


def make_office(ana: User, ben: User) -> None:
    """What only those have who once were staff; an archive, and an account that Ana kept for somebody."""
    ana.groups.add(Group.objects.get_or_create(name="tidy")[0])  # groups outlive the tests that commit them: migrations make some
    permission = Permission.objects.first()
    assert permission is not None
    ana.user_permissions.add(permission)
    LogEntry.objects.create(user=ana, content_type=ContentType.objects.get_for_model(User), object_id=str(ben.pk), action_flag=CHANGE)
    Export.objects.create(person=ana, state=Export.State.FAILED)
    now = timezone.now()
    Deletion.objects.create(person=UserFactory.create(), erase_at=now, state=Deletion.State.KEPT, kept_at=now, kept_by=ana)


def make_edges(ana: User, ben: User, carla: User) -> None:
    """Of everything the graph knows, one each way."""
    for one, other in ((ana, ben), (ben, ana)):
        graph.follow(actor=one, target=other)
    graph.block(actor=ana, target=UserFactory.create(username="dora"))
    graph.block(actor=UserFactory.create(username="emil"), target=ana)
    make_friends(ana, ben)
    secretive = UserFactory.create(username="gina", is_private=True)
    User.objects.filter(pk=ana.pk).update(is_private=True)
    graph.request_friendship(actor=ana, target=carla, message="From the fair, says Ana")
    graph.request_friendship(actor=secretive, target=ana, message="From the choir, says Gina")
    graph.follow(actor=ana, target=secretive)
    graph.follow(actor=carla, target=User.objects.get(pk=ana.pk))
    User.objects.filter(pk=ana.pk).update(is_private=False)
    graph.add_contact(owner=ana, person=ben, nickname="Ben of the trains")
    graph.add_contact(owner=ben, person=ana, nickname="Secret nickname")
    graph.mute_keyword(actor=ana, keyword="football")
    graph.mute_keyword(actor=ben, keyword="secret word")
    noisy = UserFactory.create(username="hugo")
    for one, other in ((ana, noisy), (noisy, ana)):
        graph.mute(actor=one, target=other)
        graph.dismiss_suggestion(actor=one, person=other)
    graph.refresh_digests(user_id=ana.pk)


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


def assert_counts_are_exact() -> None:
    assert posts.reconcile_counts() == 0
    assert graph.reconcile_counts() == 0
