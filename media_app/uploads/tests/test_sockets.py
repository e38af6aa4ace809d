import pytest
from asgiref.sync import sync_to_async

from accounts.sessions.tests.factories import tokens_for
from accounts.users.tests.factories import UserFactory
from core.realtime.testing import SocketClient
from media_app.uploads.tests.factories import received
from media_app.uploads.tests.pictures import HTML, picture

pytestmark = pytest.mark.django_db(transaction=True)


async def test_owner_hears_when_an_upload_is_ready_or_failed() -> None:
    owner = await sync_to_async(UserFactory.create)()
    tokens = await sync_to_async(tokens_for)(owner)
    async with SocketClient(token=tokens.access_token) as socket:
        for content, state, failure in ((picture((30, 20)), "ready", ""), (HTML, "failed", "unsupported_type")):
            upload = await sync_to_async(received)(content, owner=owner)
            assert await socket.expect("upload:updated") == {"id": str(upload.pk), "state": state, "failure": failure}
