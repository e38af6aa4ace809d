from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from core.demo import DemoWorld, steps
from core.events.outbox import left_to_sweeper


class Command(BaseCommand):
    """Makes the demo world of ``core.demo``, all of it or nothing, in a database nobody lives in yet."""

    help = "Fill an empty development database with a small believable world."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo world has passwords everybody knows: it is made in development only.")
        if get_user_model()._default_manager.exists():
            self.stdout.write("There are people here already; the demo world is made in an empty database only.")
            return
        world = DemoWorld()
        with left_to_sweeper(), transaction.atomic():
            for step in steps():
                step(world)
        self.stdout.write(f"The demo world is made: {len(world.people)} people.")
