"""What of this slice belongs to a person: archives, which are theirs already, and the record of deletions."""

from accounts.data.models import Export
from accounts.users.models import User
from core.personal_data import Keeper, Trace
from core.storage import store


def erase(person: User) -> None:
    """The objects go first: they are found again by the row if this is killed in between."""
    exports = Export.objects.filter(person=person)
    for export in exports:
        store.delete(export.key)
    exports.delete()


KEEPER = Keeper(
    name="accounts.data",
    erase=erase,
    traces=(
        Trace(field="accounts_data.Export.person", unexported="The archive is not in itself."),
        Trace(
            field="accounts_data.Deletion.person",
            unexported="The account is open, so none is under way.",
            kept="That somebody asked for it and when it was done stays on record; it names nobody.",
        ),
        Trace(
            field="accounts_data.Deletion.kept_by",
            unexported="What somebody did as staff is the site's.",
            kept="What staff did stays on record; the name is gone.",
        ),
    ),
)
