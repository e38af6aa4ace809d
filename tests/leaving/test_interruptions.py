"""An erasure that is killed, or meets something that is away, goes on where it was."""

from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from django.utils import timezone

from accounts.data import services
from accounts.data.models import Deletion
from accounts.data.services import deletions
from accounts.users.models import User
from core import personal_data
from core.errors import Conflict
from core.storage import store
from tests.leaving.world import World, assert_counts_are_exact, let_time_come


class Killed(BaseException):
    """What a ``kill -9`` looks like to code that catches exceptions."""


@pytest.mark.parametrize("victim", [keeper.name for keeper in personal_data.erasers()])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_between_any_two_steps_it_goes_on_where_it_was(world: World, victim: str, moment: str) -> None:
    deletion = services.request_deletion(user=world.ana)
    let_time_come(deletion)
    note_step = deletions._note_step

    def die_before(deletion: Deletion, name: str) -> bool:
        if name == victim:
            raise Killed  # its rows are gone, and nobody has written that down
        return note_step(deletion, name)

    def die_after(deletion: Deletion, name: str) -> bool:
        kept = note_step(deletion, name)
        if name == victim:
            raise Killed
        return kept

    with patch.object(deletions, "_note_step", die_before if moment == "before" else die_after), pytest.raises(Killed):
        services.erase(deletion_id=deletion.pk)
    with pytest.raises(Conflict):
        services.keep_account(user=world.ana)
    assert services.due_deletions() == []
    with time_machine.travel(timezone.now() + deletions.LEASE + timedelta(seconds=1)):
        assert services.due_deletions() == [deletion.pk]
        services.erase(deletion_id=deletion.pk)
    deletion.refresh_from_db()
    assert (deletion.state, deletion.attempts) == ("done", 2)
    assert deletion.steps == [keeper.name for keeper in personal_data.erasers()]
    assert_counts_are_exact()


def test_what_goes_wrong_is_noted_and_tried_again(world: World) -> None:
    deletion = services.request_deletion(user=world.ana)
    let_time_come(deletion)
    with patch.object(store, "delete", side_effect=OSError("the store is away")):
        services.erase(deletion_id=deletion.pk)
    deletion.refresh_from_db()
    assert deletion.state == "erasing"
    assert "the store is away" in deletion.last_error
    assert not User.objects.active().filter(pk=world.ana.pk).exists()
    Deletion.objects.update(due_at=timezone.now())
    services.erase(deletion_id=deletion.pk)
    deletion.refresh_from_db()
    assert (deletion.state, deletion.last_error) == ("done", "")
