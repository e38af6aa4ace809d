"""The admin as a whole: every list costs the same however long it is, and everybody sees what is theirs to see."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.data.models import Deletion, Export
from accounts.sessions.tests.factories import open_session
from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from chat.conversations.models import Conversation
from chat.conversations.tests.factories import make_direct
from chat.messages.services import send_message
from config.dashboard import first_key_after
from core.events.models import OutboxEvent
from core.mail.models import OutgoingMail
from core.models import uuid7
from core.ops.models import FailedTask
from core.sms.models import OutgoingText
from media_app.uploads.tests.factories import UploadFactory
from moderation.actions import services as acts
from moderation.actions.models import Act
from moderation.actions.tests.factories import make_moderator
from moderation.reports.models import Case
from moderation.reports.tests.factories import report_post
from notifications.inbox import services as inbox
from notifications.inbox.models import Kind
from social.graph.models import Block, Contact, Follow, FollowRequest, FriendRequest, Friendship, KeywordMute, Mute
from social.posts.models import Post
from social.posts.tests.factories import make_comment, make_post

pytestmark = pytest.mark.django_db

REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
FOR_MODERATORS = {Case, Act}


def path_of(model: type[Model], page: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill(moderator: User) -> None:
    """One more row in every table the admin shows, each of other people."""
    one, other = UserFactory.create(), UserFactory.create()
    open_session(one)
    Group.objects.create(name=one.username)
    Follow.objects.create(follower=one, followed=other)
    FollowRequest.objects.create(requester=one, requested=other)
    Friendship.objects.create(person=one, friend=other)
    FriendRequest.objects.create(sender=one, receiver=other, message="For your eyes only")
    Contact.objects.create(owner=one, person=other, nickname="For your eyes only")
    Mute.objects.create(muter=one, muted=UserFactory.create())
    KeywordMute.objects.create(muter=one, keyword="For your eyes only", pattern="x")
    Block.objects.create(blocker=other, blocked=UserFactory.create())
    conversation = make_direct(one, UserFactory.create())
    send_message(sender=one, conversation_id=conversation.pk, body="For your eyes only", temp_id=str(uuid7()))
    comment = make_comment(make_post())
    UploadFactory.create(owner=one)
    inbox.notify(recipient=one, actor=other, kind=Kind.FOLLOW, thing=str(uuid7()), path="/")
    Export.objects.create(person=one, state=Export.State.FAILED)
    Deletion.objects.create(person=other, erase_at=timezone.now())
    report_post(comment.post)
    acts.claim(moderator=moderator, case_id=report_post().pk)
    OutboxEvent.objects.create(name="sample", payload={}, pending=["sample"], failed_at=timezone.now())
    FailedTask.objects.create(name="sample", task_id=str(uuid7()), args=[], kwargs={}, error="it broke")
    OutgoingText.objects.create(recipient="+351912345678", text="secret link")
    OutgoingMail.objects.create(recipient="one@example.com", subject="Hello", text="secret link", sender="hubbub@example.com")


@pytest.fixture
def moderator() -> User:
    return make_moderator(username="mia")


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(UserFactory.create(username="root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def desk(moderator: User) -> Client:
    client = Client()
    client.force_login(moderator)
    return client


def test_every_list_costs_the_same_however_long_it_is(operator: Client, moderator: User, count_queries: Callable[..., int]) -> None:
    def costs() -> dict[str, int]:
        return {model._meta.label: count_queries(lambda model=model: operator.get(path_of(model))) for model in REGISTERED}

    fill(moderator)
    fill(moderator)
    costs()  # whatever is asked once a process
    before, rows = costs(), {model: model._default_manager.count() for model in REGISTERED}
    for _ in range(4):
        fill(moderator)
    assert {model._meta.label for model in REGISTERED if model._default_manager.count() <= rows[model]} == set(), "fill() knows them all"
    assert costs() == before


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_every_list_can_be_searched_and_filtered_and_every_row_opened(model: type[Model], operator: Client, moderator: User) -> None:
    fill(moderator)
    shown = admin.site.get_model_admin(model)
    assert shown.search_fields
    assert tuple(shown.list_display) != ("__str__",)
    assert getattr(shown, "icon", ""), "an icon for the sidebar"
    assert shown.list_filter or model is Group
    answer = operator.get(path_of(model), {"q": "person"})
    assert answer.status_code == 200
    row = model._default_manager.order_by("pk").last()
    assert row is not None
    page = operator.get(path_of(model, "change", row.pk))
    assert page.status_code == 200
    for words in ("For your eyes only", "secret link"):
        assert words not in page.content.decode()


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)
def test_rows_are_named_by_people_not_by_keys(model: type[Model], operator: Client, moderator: User) -> None:
    fill(moderator)
    row = model._default_manager.order_by("pk").last()
    assert row is not None
    page = operator.get(path_of(model, "change", row.pk))
    named = str(page.context["original"])
    assert (path_of(model, "history", row.pk) in page.content.decode()) == (model in {User, Group, FailedTask, OutboxEvent}), "where there can be one"
    if model is not Conversation:  # whose two people have no other name for it
        assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-7", named), named


def test_lists_offer_the_whole_beside_a_part_only(operator: Client, moderator: User) -> None:
    fill(moderator)
    assert "Show all" not in operator.get(path_of(User)).content.decode()
    assert "Show all" in operator.get(path_of(User), {"q": "mia"}).content.decode()
    assert "Show all" in operator.get(path_of(User), {"is_staff__exact": "1"}).content.decode()


def test_filters_say_what_happened_in_words(operator: Client) -> None:
    hidden, seen = make_post(), make_post()
    Post.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now())
    page = operator.get(path_of(Post))
    choices = [choice for shown in page.context["cl"].filter_specs for choice in shown.choices(page.context["cl"])]
    words = {choice["display"]: choice["query_string"] for choice in choices}
    assert not {"Empty", "Not empty"} & words.keys()
    for display, expected in (("Hidden", hidden), ("Not hidden", seen)):
        assert list(operator.get(path_of(Post) + words[display]).context["cl"].result_list) == [expected]


def test_a_traceback_keeps_its_lines_and_is_shown_as_text(operator: Client) -> None:
    task = FailedTask.objects.create(name="sample", task_id="1", args=[], kwargs={}, error="Traceback:\n  File <x>\nValueError: <b>no</b>")
    page = operator.get(path_of(FailedTask, "change", task.pk)).content.decode()
    assert '<pre class="printed">Traceback:\n  File &lt;x&gt;\nValueError: &lt;b&gt;no&lt;/b&gt;</pre>' in page
    listed = operator.get(path_of(FailedTask)).content.decode()
    assert "ValueError: &lt;b&gt;no" in listed
    assert "Traceback" not in listed


def test_nobody_writes_what_people_wrote(operator: Client, moderator: User) -> None:
    fill(moderator)
    for model in REGISTERED:
        if model not in {User, Group}:
            assert operator.get(path_of(model, "add")).status_code == 403, model
            shown = admin.site.get_model_admin(model)
            row = model._default_manager.order_by("pk").last()
            request = operator.get(path_of(model)).wsgi_request
            assert not shown.has_change_permission(request, row), model
            assert not {"password", "session_key", "refresh_digest"} & set(flatten_fieldsets(shown.get_fieldsets(request, row))), model


def test_moderators_see_their_desk_and_nothing_else(desk: Client, moderator: User) -> None:
    fill(moderator)
    for model in REGISTERED:
        row = model._default_manager.order_by("pk").last()
        assert row is not None
        expected = 200 if model in FOR_MODERATORS else 403
        assert desk.get(path_of(model)).status_code == expected, model
        assert desk.get(path_of(model, "change", row.pk)).status_code == expected, model
    page = desk.get("/admin/").content.decode()
    assert {model for model in REGISTERED if path_of(model) in page} == FOR_MODERATORS
    assert "Undecided reports" in page
    for title in ("Events given up", "Failed tasks", "Sign-ups", "Messages"):
        assert title not in page


def test_staff_without_rights_are_told_so() -> None:
    helper = Client()
    helper.force_login(UserFactory.create(is_staff=True))
    page = helper.get("/admin/").content.decode()
    assert "nothing here for you yet" in page
    for model in REGISTERED:
        assert helper.get(path_of(model)).status_code == 403


def test_first_page_counts_what_waits_and_what_happened_today(operator: Client, moderator: User, count_queries: Callable[..., int]) -> None:
    fill(moderator)
    operator.get("/admin/")
    before = count_queries(lambda: operator.get("/admin/"))
    fill(moderator)
    old = UserFactory.create(id=first_key_after(timezone.now() - timedelta(days=2)))
    answer = operator.get("/admin/")
    figures = {figure["title"]: figure["count"] for figure in [*answer.context["waiting"], *answer.context["today"]]}
    assert (figures["Undecided reports"], figures["Events given up"], figures["Failed tasks"], figures["Mail to be sent"]) == (4, 2, 2, 2)
    assert (figures["Messages"], figures["Comments"], figures["Uploads"]) == (2, 2, 2)
    assert figures["Sign-ups"] == User.objects.exclude(pk=old.pk).count()
    assert count_queries(lambda: operator.get("/admin/")) == before
    for figure in [*answer.context["waiting"], *answer.context["today"]]:
        assert not figure["path"] or operator.get(figure["path"]).status_code == 200
