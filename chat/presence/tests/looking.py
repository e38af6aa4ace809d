"""People, and how one looks to another."""

from asgiref.sync import sync_to_async

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from core.realtime.testing import SocketClient


async def people(**of_second: str) -> tuple[User, User]:
    return await sync_to_async(UserFactory.create)(), await sync_to_async(UserFactory.create)(**of_second)


async def state(socket: SocketClient, person: User) -> str | None:
    answer = await socket.call("presence:subscribe", {"users": [str(person.pk)]})
    return next((one["state"] for one in answer["presence"]), "absent")
