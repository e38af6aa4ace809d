"""No table can keep something of a person that no archive shows and no erasure takes, unless it says why.

Every foreign key to a person has a trace in the registry; a world in which a person has left a row in each shows that the traces are true.
"""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import Field, Model
from django.utils import timezone

from accounts.users.models import User
from core import personal_data
from core.personal_data import Keeper, Trace
from tests.architecture import slices_in_settings
from tests.leaving.world import World, erase_now


def foreign_keys_to_people() -> Iterator[tuple[str, type[Model], Field]]:
    """Every column of every table that points at a person, by the name a trace gives it."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_concrete_fields:
            if field.related_model is User:
                yield f"{model._meta.label}.{field.name}", model, field


def traces() -> list[tuple[Keeper, Trace]]:
    return [(keeper, trace) for keeper in personal_data.keepers() for trace in keeper.traces]


KEYS = {name: (model, field) for name, model, field in foreign_keys_to_people()}
TRACES = {trace.field: trace for _, trace in traces()}


def test_every_foreign_key_to_a_person_has_one_trace() -> None:
    named = Counter(trace.field for _, trace in traces())
    assert set(KEYS) - set(named) == set(), "say in the slice's personal.py what becomes of these"
    assert set(named) - set(KEYS) == set(), "these point at nothing"
    assert {name for name, count in named.items() if count > 1} == set()


def test_every_trace_is_exported_or_says_why_not() -> None:
    for keeper, trace in traces():
        assert bool(trace.document) != bool(trace.unexported), trace.field
        if trace.document:
            assert trace.document in {document.name for document in keeper.documents}, trace.field
        assert all(not reason or reason.endswith(".") for reason in (trace.unexported, trace.kept)), trace.field


def test_keepers_are_slices_and_documents_have_names_of_their_own() -> None:
    assert {keeper.name for keeper in personal_data.keepers()} <= set(slices_in_settings())
    names = Counter(document.name for keeper in personal_data.keepers() for document in keeper.documents)
    assert {name for name, count in names.items() if count > 1} == set()


def rows_of(person: User) -> dict[str, int]:
    """How many rows point at a person, by column."""
    return {name: model._base_manager.filter(**{field.name: person.pk}).count() for name, (model, field) in KEYS.items()}


@pytest.mark.django_db
def test_the_world_leaves_a_row_behind_every_foreign_key(world: World) -> None:
    unborn = {"accounts_data.Deletion.person"}  # made by asking to be deleted
    assert {name for name, count in rows_of(world.ana).items() if not count} == unborn, "make_world() leaves one of each"


@pytest.mark.django_db
def test_every_document_shows_what_its_traces_say(world: World) -> None:
    empty = {document.name for keeper in personal_data.keepers() for document in keeper.documents if not any(True for _ in document.rows(world.ana))}
    assert empty == set()


@pytest.mark.django_db
def test_nothing_is_left_but_what_a_trace_keeps(world: World) -> None:
    User.objects.filter(pk=world.ana.pk).update(is_staff=False)
    deletion = erase_now(world.ana)
    assert (deletion.state, deletion.last_error) == ("done", "")
    left = {name for name, count in rows_of(world.ana).items() if count}
    assert left == {name for name, trace in TRACES.items() if trace.kept}


@pytest.mark.django_db
def test_erasing_again_what_is_erased_changes_nothing(world: World) -> None:
    erase_now(world.ana)
    before, at = rows_of(world.ana), timezone.now()
    for keeper in personal_data.erasers():
        assert keeper.erase is not None
        keeper.erase(User.objects.get(pk=world.ana.pk))
    assert rows_of(world.ana) == before
    assert User.objects.get(pk=world.ana.pk).erased_at < at
