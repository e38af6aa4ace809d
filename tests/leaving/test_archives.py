"""Archives: what is in them, what is not, and how one comes about whatever gets killed."""

import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import IO, Any
from unittest.mock import patch
from zipfile import ZipFile

import pytest
import time_machine
from django.utils import timezone

from accounts.data import archive, services
from accounts.data.models import ARCHIVE_LIFETIME, Export
from accounts.data.selectors import latest_export, ready_export
from accounts.data.services import exports
from accounts.users.models import User
from accounts.users.services import suspend_user
from accounts.users.tests.factories import UserFactory
from chat.conversations.tests.factories import make_direct
from core.errors import NotFound, RateLimited
from core.mail.testing import delivered
from core.storage import store
from core.testing.threads import race
from notifications.inbox.models import Notification
from social.graph import services as graph
from social.graph.models import FriendRequest
from social.graph.tests.factories import make_friends, make_request
from social.posts import services as posts
from social.posts.tests.factories import make_comment, make_post
from tests.leaving.world import PHONE, World, say

NOT_SHOWN = {
    *("password", "is_staff", "is_superuser", "suspended_until", "suspension_reason"),  # secrets, and what is the site's
    *("is_active", "is_waiting", "erase_at", "erased_at"),  # the account is open, or there is no archive
    *("avatar_key", "avatar_blurhash", "cover_key", "cover_blurhash"),  # the pictures themselves are there
}


def opened(export: Export) -> ZipFile:
    with store.open(export.key) as file:
        return ZipFile(io.BytesIO(file.read()))


def built(person: User) -> Export:
    export = services.start_export(user=person)
    services.build_export(export_id=export.pk)
    export.refresh_from_db()
    return export


def words_of(zipped: ZipFile) -> str:
    """Everything an archive says."""
    return "\n".join(zipped.read(name).decode() for name in zipped.namelist() if name.endswith((".json", ".html")))


def rows(zipped: ZipFile, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(zipped.read(f"{name}.json"))
    return found


def test_archive_holds_what_a_person_has_here_and_the_files_themselves(world: World) -> None:
    zipped = opened(built(world.ana))
    assert zipped.testzip() is None
    profile = rows(zipped, "profile")[0]
    assert (profile["bio"], profile["phone"]) == ("Potter in Porto", PHONE)
    assert (profile["birth_date"], profile["status_text"]) == ("1990-04-23", "At the kiln")
    assert [row["body"] for row in rows(zipped, "posts")] == ["Bowls by Ana", "Reported"]
    assert [row["body"] for row in rows(zipped, "comments")] == ["Which line, asks Ana", "Alone here, says Ana"]
    assert [(row["from"], row["body"]) for row in rows(zipped, "messages")] == [("ana", "Hello Ben, it is Ana"), ("ben", "Hello Ana, it is Ben")]
    assert [row["username"] for row in rows(zipped, "blocks")] == ["dora"]
    assert [row["by"] for row in rows(zipped, "liked_posts")] == ["ben"]
    pictures = {
        profile["picture"],
        profile["cover"],
        rows(zipped, "posts")[0]["images"][0]["file"],
        *(row["file"] for row in rows(zipped, "uploads")),
    }
    assert pictures == {name for name in zipped.namelist() if name.startswith("media/")}
    assert all(zipped.read(name)[8:12] == b"WEBP" for name in pictures)


def test_archive_holds_what_a_person_chose_and_whom_they_know(world: World) -> None:
    User.objects.filter(pk=world.ana.pk).update(is_private=True, found_by_phone="friends")
    zipped = opened(built(User.objects.get(pk=world.ana.pk)))
    (chosen,) = rows(zipped, "settings")
    assert (chosen["is_private"], chosen["found_by_phone"], chosen["friend_requests_from"]) == (True, "friends", "everyone")
    assert [row["username"] for row in rows(zipped, "friends")] == ["ben"]
    asked, received = rows(zipped, "friend_requests")
    assert (asked["to"], asked["message"]) == ("carla", "From the fair, says Ana")
    assert (received["from"], received["message"]) == ("gina", "From the choir, says Gina")
    assert [row.get("to") or row["from"] for row in rows(zipped, "follow_requests")] == ["gina", "carla"]
    assert [(row["username"], row["nickname"]) for row in rows(zipped, "contacts")] == [("ben", "Ben of the trains")]
    assert [row["username"] for row in rows(zipped, "mutes")] == ["hugo"]
    assert [row["words"] for row in rows(zipped, "muted_words")] == ["football"]
    assert [row["username"] for row in rows(zipped, "dismissed_suggestions")] == ["hugo"]
    assert [(row["service"], row["email"]) for row in rows(zipped, "connected_accounts")] == [("google", "ana@elsewhere.example")]
    assert [row["name"] for row in rows(zipped, "second_factors")] == ["", "Blue key"]
    assert [(row["for"], row["to"]) for row in rows(zipped, "codes")] == [("change_phone", "+351910000001")]


def test_archive_does_not_tell_that_a_request_was_declined(world: World) -> None:
    before = rows(opened(built(world.ana)), "friend_requests")
    graph.decline_request(actor=world.carla, request_id=FriendRequest.objects.get(sender=world.ana, receiver=world.carla).pk)
    Export.objects.all().delete()
    assert rows(opened(built(world.ana)), "friend_requests") == before


def test_every_field_of_a_person_is_in_the_archive_or_is_left_out_for_a_reason(world: World) -> None:
    zipped = opened(built(world.ana))
    shown = {*rows(zipped, "profile")[0], *rows(zipped, "settings")[0]}
    assert {field.name for field in User._meta.concrete_fields} - shown == NOT_SHOWN


def test_archive_can_be_read_without_a_network_and_runs_nothing(world: World) -> None:
    posts.create_post(author=world.ana, body="<script>alert(1)</script> & more")
    say(world.ben, world.conversation, '<img src=x onerror="alert(2)">')
    zipped = opened(built(world.ana))
    index = zipped.read("index.html").decode()
    documents = {name.removesuffix(".json") for name in zipped.namelist() if name.endswith(".json")}
    assert all(f'href="read/{name}.html"' in index and f"read/{name}.html" in zipped.namelist() for name in documents)
    pages = "\n".join(zipped.read(name).decode() for name in zipped.namelist() if name.endswith(".html"))
    assert "&lt;script&gt;alert(1)" in pages
    assert "<script" not in pages
    assert "<img src=x" not in pages


def test_archive_holds_nothing_that_is_private_to_others(world: World) -> None:
    world.ben.refresh_from_db()
    User.objects.filter(pk=world.ben.pk).update(location="Secret town of Ben", suspension_reason="Secret reason", phone="+351919999999")
    graph.add_contact(owner=world.carla, person=world.ben, nickname="What Carla calls Ben")
    other = make_direct(world.ben, world.carla)
    say(world.ben, other, "Between Ben and Carla")
    words = words_of(opened(built(world.ana)))
    assert "Hello Ana, it is Ben" in words
    assert [address for address in re.findall(r"[\w.]+@[\w.]+", words) if not address.startswith("ana@")] == []
    for secret in (
        *("Secret town of Ben", "Secret reason", "Between Ben and Carla", "Words Ana did not want", "+351919999999", "What Carla calls Ben"),
        *("Secret nickname", "secret word", "Secret seed", "Secret credential", "Secret token", "emil"),
    ):
        assert secret not in words, secret


def test_archive_does_not_show_whoever_blocks_nor_what_they_wrote(world: World) -> None:
    eve = UserFactory.create(username="eve_blocks")
    conversation = make_direct(eve, world.ana)
    say(eve, conversation, "Before the block")
    post = make_post(eve, "Hidden by a block")
    posts.like_post(actor=world.ana, post=post)
    graph.follow(actor=world.ana, target=eve)
    make_friends(world.ana, eve)
    graph.add_contact(owner=world.ana, person=eve, nickname="Eve")
    graph.mute(actor=world.ana, target=eve)
    graph.dismiss_suggestion(actor=world.ana, person=eve)
    assert "eve_blocks" in words_of(opened(built(world.ana)))
    graph.block(actor=eve, target=world.ana)
    Export.objects.all().delete()
    words = words_of(opened(built(world.ana)))
    assert "eve_blocks" not in words
    assert "Before the block" not in words


def test_archive_does_not_show_what_moderators_hid_of_others(world: World) -> None:
    posts.hide_post(post=world.bens_post)
    zipped = opened(built(world.ana))
    assert rows(zipped, "liked_posts") == []
    assert rows(zipped, "liked_comments") == []
    assert "Trains by Ben" not in words_of(zipped)


def test_a_file_the_store_has_lost_costs_that_file_alone(world: World) -> None:
    for variant in world.picture.variants.values():
        store.delete(variant["key"])
    export = built(world.ana)
    assert export.state == "ready"
    assert f"media/{world.picture.prefix}.webp" not in opened(export).namelist()


@pytest.mark.django_db
def test_asking_again_while_one_is_under_way_gives_that_one(person: User) -> None:
    first = services.start_export(user=person)
    assert services.start_export(user=person) == first
    assert Export.objects.count() == 1


@pytest.mark.django_db
def test_there_is_one_archive_a_day(person: User) -> None:
    with time_machine.travel("2026-11-25 12:00Z", tick=False) as clock:
        built(person)
        clock.shift(timedelta(hours=23))
        with pytest.raises(RateLimited) as refused:
            services.start_export(user=person)
        assert (refused.value.code, refused.value.retry_after) == ("export_too_soon", 3600)
        assert Export.objects.count() == 1
        clock.shift(timedelta(hours=1))
        services.start_export(user=person)


@pytest.mark.django_db
def test_one_that_failed_does_not_count(person: User) -> None:
    Export.objects.create(person=person, state=Export.State.FAILED)
    assert services.start_export(user=person).state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_requests_racing_for_an_archive_get_one() -> None:
    person = UserFactory.create()
    results = race(lambda _: services.start_export(user=person), threads=6)
    assert len({export.pk for export in results if isinstance(export, Export)}) == 1
    assert Export.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_racing_for_an_archive_build_it_once() -> None:
    person = UserFactory.create()
    export = services.start_export(user=person)
    race(lambda _: services.build_export(export_id=export.pk), threads=4)
    export.refresh_from_db()
    assert (export.state, export.attempts, len(delivered())) == ("ready", 1, 1)
    assert Notification.objects.filter(recipient=person, kind="data").count() == 1


@pytest.mark.django_db
def test_a_suspended_person_gets_no_archive_and_one_under_way_is_not_finished(person: User) -> None:
    export = services.start_export(user=person)
    suspend_user(user=person, until=timezone.now() + timedelta(days=1), reason="Spam")
    with pytest.raises(NotFound):
        services.start_export(user=person)
    services.build_export(export_id=export.pk)
    export.refresh_from_db()
    assert export.state == "failed"
    assert not store.exists(export.key)
    assert delivered() == []


class Killed(BaseException):
    """What a ``kill -9`` looks like to code that catches exceptions."""


def kill_at(step: int) -> Any:
    """The process dies before its document number ``step``."""
    count = iter(range(1_000))

    def write(*arguments: Any) -> int:
        if next(count) == step:
            raise Killed
        return write_document(*arguments)

    write_document = archive._write_document
    return patch.object(archive, "_write_document", write)


@pytest.mark.parametrize("step", [0, 5, 12])
def test_killed_anywhere_it_is_built_by_the_next_and_no_half_archive_is_offered(world: World, step: int) -> None:
    export = services.start_export(user=world.ana)
    with kill_at(step), pytest.raises(Killed):
        services.build_export(export_id=export.pk)
    assert not store.exists(export.key)
    with pytest.raises(NotFound):
        ready_export(world.ana)
    assert services.due_exports() == []
    with time_machine.travel(timezone.now() + exports.LEASE + exports.SWEEP_GRACE + timedelta(seconds=1)):
        assert services.due_exports() == [export.pk]
        services.build_export(export_id=export.pk)
        export.refresh_from_db()
        assert (export.state, export.attempts) == ("ready", 2)
        assert opened(export).testzip() is None


def test_killed_between_the_archive_and_its_row_it_is_built_again(world: World) -> None:
    export = services.start_export(user=world.ana)
    with patch.object(exports, "_finish", side_effect=Killed), pytest.raises(Killed):
        services.build_export(export_id=export.pk)
    with pytest.raises(NotFound):
        ready_export(world.ana)
    with time_machine.travel(timezone.now() + exports.LEASE + timedelta(seconds=1)):
        services.build_export(export_id=export.pk)
        assert ready_export(world.ana) == export


@pytest.mark.django_db
def test_what_goes_wrong_is_tried_again_and_in_the_end_given_up(person: User) -> None:
    export = services.start_export(user=person)
    with patch.object(exports, "write_archive", side_effect=OSError("the store is away")):
        for attempt in range(1, exports.MAX_ATTEMPTS + 1):
            Export.objects.update(due_at=timezone.now())
            services.build_export(export_id=export.pk)
            export.refresh_from_db()
            assert export.attempts == attempt
    assert export.state == "failed"
    assert not store.exists(export.key)
    assert services.start_export(user=person) != export


@pytest.mark.django_db
def test_an_attempt_that_was_taken_over_writes_nothing(person: User) -> None:
    export = services.start_export(user=person)

    def slow(stream: IO[bytes], person: User, *, on_progress: Any) -> None:
        Export.objects.update(attempts=7)  # another worker, after this one's lease ran out
        with patch.object(exports, "TELL_EVERY", 0):
            on_progress(50)

    with patch.object(exports, "write_archive", slow):
        services.build_export(export_id=export.pk)
    export.refresh_from_db()
    assert (export.state, export.progress) == ("building", 0)
    assert not store.exists(export.key)


@pytest.mark.django_db
def test_archives_expire_and_are_swept(person: User) -> None:
    export = built(person)
    assert ready_export(person) == export
    with time_machine.travel(timezone.now() + ARCHIVE_LIFETIME + timedelta(seconds=1)):
        with pytest.raises(NotFound):
            ready_export(person)
        assert services.discard_outdated() == 1
        assert services.discard_outdated() == 0
    assert not store.exists(export.key)
    assert (latest := latest_export(person)) is not None
    assert latest.state == "expired"


@patch.object(exports, "TELL_EVERY", 1e9)  # it tells how far it is by the clock
def test_reading_an_archive_costs_the_same_however_much_is_in_it(world: World, count_queries: Any) -> None:
    def build() -> None:
        Export.objects.all().delete()
        built(world.ana)

    def more() -> Iterator[object]:
        for _ in range(5):
            yield say(world.ben, world.conversation, "More")
            post = make_post(UserFactory.create(), "More")
            yield posts.like_post(actor=world.ana, post=post)
            yield make_comment(post, world.ana)
            yield make_post(world.ana, "More")
            yield graph.follow(actor=world.ana, target=post.author)
            make_friends(world.ana, post.author)
            yield graph.add_contact(owner=world.ana, person=post.author)
            yield graph.mute(actor=world.ana, target=post.author)
            yield graph.mute_keyword(actor=world.ana, keyword=f"word {post.pk}")
            graph.dismiss_suggestion(actor=world.ana, person=post.author)
            yield make_request(UserFactory.create(), world.ana)
            yield make_request(world.ana, UserFactory.create())
            yield graph.follow(actor=world.ana, target=UserFactory.create(is_private=True))

    build()
    before = count_queries(build)
    list(more())
    assert count_queries(build) == before
