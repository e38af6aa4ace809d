"""What of this slice belongs to a person: nothing that goes. The database refuses to change the audit trail, for whatever reason."""

from core.personal_data import Keeper, Trace

SITES = "What moderators did is the site's record; whom it concerns hears of it when it happens."
STAYS = "The audit trail only grows, names and all: who decided what about whom can be accounted for."

KEEPER = Keeper(
    name="moderation.actions",
    traces=(
        Trace(field="moderation_actions.Act.moderator", unexported=SITES, kept=STAYS),
        Trace(field="moderation_actions.Act.person", unexported=SITES, kept=STAYS),
    ),
)
