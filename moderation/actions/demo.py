"""The moderator of the demo world, and something on the desk."""

from django.contrib.auth.models import Group

from core.demo import DemoWorld, demo_step
from moderation.reports import services
from moderation.reports.models import Reason

MODERATOR = "mod"


@demo_step(order=90)
def appoint_moderator(world: DemoWorld) -> None:
    moderator = world.people.get(MODERATOR)
    if moderator is None:
        return
    moderator.is_staff = True
    moderator.save(update_fields=["is_staff"])
    moderator.groups.add(Group.objects.get(name="moderators"))


@demo_step(order=91)
def report_somebody(world: DemoWorld) -> None:
    """Two people report the same third, so that the queue has a case to try things on."""
    others = sorted(name for name in world.people if name not in {"ana", "ben", MODERATOR})
    if len(others) < 3:
        return
    suspect, *reporters = (world.people[name] for name in world.random.sample(others, 3))
    for reporter, reason in zip(reporters, (Reason.SPAM, Reason.IMPERSONATION), strict=True):
        services.report(reporter=reporter, kind="person", target_id=suspect.pk, reason=reason, note="The same link in every message.")
