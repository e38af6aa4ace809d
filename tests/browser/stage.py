"""Whom and what ``make screenshots`` adds to the demo world: people at the beginning, at the end and in the middle of things."""

from dataclasses import dataclass, field
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.data.models import Export
from accounts.data.services import keep_account, request_deletion
from accounts.sessions.disowning import link_for
from accounts.sessions.models import Session
from accounts.sessions.tests.authenticator import make_passkey
from accounts.sessions.tests.factories import confirm, open_session
from accounts.users.models import User
from accounts.users.services import set_phone
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation
from chat.conversations.services import create_direct
from chat.messages import lanes
from chat.messages.drafts import Draft
from core.models import uuid7
from moderation.actions import services as moderation
from moderation.reports import services as reports
from moderation.reports.models import Case, Reason
from social.graph.models import Contact
from social.graph.services import block
from social.posts import services as posts
from social.posts.models import Audience, Comment, Post

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"


MORE = (("finn", "Finn Askar"), ("bye", "Bea Yates"))


@dataclass
class Stage:
    """The demo world, and in it ``nora``, who came a minute ago and has nothing; ``vera``, who has yet to confirm her address; ``sela``, who
    has a second factor, a passkey, Google and several devices; ``leo``, who wants to go, and ``bye``, who goes; ``dara``, whose archive is being
    put together; ``finn``, who has no password."""

    people: dict[str, User]
    post: Post
    lonely_post: Post
    hidden_post: Post
    thread: Comment
    own_comment: Comment
    conversation: Conversation
    orphaned: Conversation
    contact: Contact
    passkey: int
    case: Case
    confirmation: str
    sessions: dict[str, Session] = field(default_factory=dict)

    def session_of(self, username: str) -> str:
        """The key of a session of theirs, in which they confirmed a moment ago that it is they."""
        person = User.objects.get(username=username)
        session = self.sessions.get(username)
        if person.erase_at:  # went on the picture before
            keep_account(user=person)
        if session is None or person.erase_at:
            session = self.sessions[username] = open_session(person, FIREFOX)
        confirm(person)
        return str(session.session_key)

    def not_me_path(self, username: str) -> str:
        """Of the mail that said a second factor was switched on."""
        return link_for("totp_activated", User.objects.get(username=username)).removeprefix(settings.SITE_URL)

    def reset_path(self, username: str) -> str:
        person = self.people[username]
        return f"/reset/{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}/"


def set_stage() -> Stage:
    """Through the services wherever there is one, so that counts and notifications are what they would be."""
    for username, name in (
        ("nora", "Nora Lindholm"),
        ("sela", "Sela Mwangi"),
        ("leo", "Leo Brandt"),
        ("dara", "Dara Quinn"),
        ("gone", "Gone Soon"),
        *MORE,
    ):
        UserFactory.create(username=username, display_name=name)
    UserFactory.create(username="vera", display_name="", address__verified=False)
    people = {person.username: person for person in User.objects.all()}
    ana, ben, sela = people["ana"], people["ben"], people["sela"]

    set_phone(user=sela, phone="+12025550173")
    TOTP.activate(sela, SECRET)
    RecoveryCodes.activate(sela)
    passkey = make_passkey(sela, name="Laptop")
    SocialAccount.objects.create(user=sela, provider="google", uid="sela", extra_data={"email": "sela@example.org"})
    for agent in (PHONE, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"):
        open_session(sela, agent)
    request_deletion(user=people["leo"])
    now = timezone.now()
    Export.objects.create(person=people["dara"], state=Export.State.BUILDING, progress=40, due_at=now + timedelta(hours=1))
    ready = {"state": Export.State.READY, "progress": 100, "size": 48_300_000, "ready_at": now, "expires_at": now + timedelta(days=7)}
    Export.objects.create(person=sela, **ready)
    User.objects.filter(username="finn").update(password=make_password(None))
    block(actor=ana, target=people["dmitar"])

    post = Post.objects.filter(images__isnull=False, audience="public", comment_count__gt=0).exclude(author=ana).order_by("-pk").first()
    assert post is not None, "the demo world has a post with a picture and comments"
    thread = posts.create_comment(author=ben, post=post, body="The light in this one is something else.")
    own = posts.create_comment(author=ana, post=post, parent=thread, body="It was over in a minute.")
    for words in ("Worth getting up for.", "Where is this?", "By the old pier, I think."):
        posts.create_comment(author=people["niamh"], post=post, parent=thread, body=words)
    lonely = posts.create_post(author=sela, body="Nobody has said anything about this yet.", audience=Audience.FOLLOWERS)
    hidden = posts.create_post(author=sela, body="Buy followers, cheap, today only.")
    reported, _ = reports.report(reporter=people["niamh"], kind="post", target_id=hidden.pk, reason=Reason.SPAM)
    moderation.claim(moderator=people["mod"], case_id=reported.case_id)
    moderation.hide_content(moderator=people["mod"], case_id=reported.case_id, reason="It is an advertisement, and this is no place for them.")
    case = Case.objects.exclude(pk=reported.case_id).latest("pk")

    conversation = create_direct(actor=ana, target=ben)
    orphaned = create_direct(actor=people["gone"], target=sela)
    lanes.send(Draft(people["gone"].pk, orphaned.pk, "I am leaving this place. Take care.", uuid7().hex))
    User.objects.filter(pk=people["gone"].pk).update(erased_at=timezone.now(), is_active=False, email=None)
    contact = Contact.objects.filter(owner=ana).exclude(nickname="").first()
    assert contact is not None, "ana of the demo world has a contact with a nickname"
    confirmation = EmailConfirmationHMAC(EmailAddress.objects.get(user=people["vera"])).key
    return Stage(people, post, lonely, hidden, thread, own, conversation, orphaned, contact, passkey.pk, case, confirmation)
