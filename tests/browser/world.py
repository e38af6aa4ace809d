"""A small world in which every page has something to show."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from accounts.sessions.tests.authenticator import make_passkey
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation
from chat.conversations.services import create_direct
from chat.messages import lanes
from chat.messages.drafts import Draft
from core.models import uuid7
from media_app.uploads.models import Upload
from media_app.uploads.tests.factories import processed
from media_app.uploads.tests.pictures import picture
from social.graph.models import Contact, FollowRequest
from social.graph.services import accept_request, add_contact, block, follow, mute, mute_keyword, request_friendship
from social.posts import services as posts
from social.posts.models import Comment, Post
from social.posts.services import Picture

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class World:
    """``ana`` looks at it; ``ben`` wrote to her and about her; ``carla`` has a second factor and a passkey; ``new`` has yet to confirm the address; a
    fifth person is blocked, and ``petra``, whose account is private, has not answered."""

    ana: User
    ben: User
    carla: User
    new: User
    post: Post
    pictured: Post
    comment: Comment
    answer: Comment
    contact: Contact
    conversation: Conversation
    confirmation: str
    passkey: Authenticator


def make_world() -> World:
    """Everything through the services, so that counts, notifications and events are what they would be."""
    ana = UserFactory.create(
        username="ana", display_name="Ana Ferreira", bio="Draws bridges.\nLikes maps.", location="Porto", website="https://example.org/ana"
    )
    ben = UserFactory.create(username="ben", display_name="Ben Okafor")
    carla = UserFactory.create(username="carla", display_name="Carla with quite a long name that has to fit in somewhere")
    new = UserFactory.create(username="new", address__verified=False)
    TOTP.activate(carla, SECRET)
    RecoveryCodes.activate(carla)
    passkey = make_passkey(carla)
    for person in (ben, carla):
        follow(actor=person, target=ana)
    follow(actor=ana, target=ben)
    follow(actor=ana, target=UserFactory.create(username="petra", is_private=True))
    FollowRequest.objects.create(requester=carla, requested=ana)
    block(actor=ana, target=UserFactory.create(username="dora"))
    accept_request(actor=ana, request_id=request_friendship(actor=ben, target=ana).pk)
    request_friendship(actor=carla, target=ana, message="We drew the same bridge. " * 8)
    request_friendship(actor=ana, target=UserFactory.create(username="eve"))
    finn, gus = UserFactory.create(username="finn"), UserFactory.create(username="gus")
    accept_request(actor=finn, request_id=request_friendship(actor=ben, target=finn).pk)
    contact = add_contact(owner=ana, person=ben, nickname="Benny", is_favourite=True)
    mute(actor=ana, target=gus)
    mute_keyword(actor=ana, keyword="a rather long phrase that one does not want to see")
    post = posts.create_post(
        author=ana, body="A post with **emphasis**, a #hashtag, @ben and https://example.org/a/rather/long/address/that/has/to/wrap?somewhere=1"
    )
    upload: Upload = processed(picture((1600, 900)), owner=ben)
    pictured = posts.create_post(author=ben, body="> quoted\n\n- one\n- two\n\n`code`", images=[Picture(upload.pk, "Red beside blue")])
    posts.like_post(actor=ben, post=post)
    comment = posts.create_comment(author=ben, post=post, body="Well said")
    answer = posts.create_comment(author=ana, post=post, body="Thank you", parent=comment)
    posts.create_comment(author=carla, post=pictured, body="Lovely")
    conversation = create_direct(actor=ben, target=ana)
    for author, words in ((ben, "Hello Ana"), (ana, "Hello Ben, see https://example.org"), (ben, "👍"), (ben, "Longer words, " * 20)):
        lanes.send(Draft(author.pk, conversation.pk, words, uuid7().hex))
    confirmation = EmailConfirmationHMAC(EmailAddress.objects.get(user=new)).key
    return World(ana, ben, carla, new, post, pictured, comment, answer, contact, conversation, confirmation, passkey)
