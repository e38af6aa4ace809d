"""``python -m benchmarks.archive fill | ask | look``: a person with much to take along, in the database and the store named by the environment.

``fill`` makes one with 10,000 messages and a gibibyte of pictures, ``ask`` asks for the archive as the API does, and ``look`` prints how far it is.
"""

import json
import os
import sys

import django

MESSAGES, PICTURES, PICTURE_BYTES = 10_000, 1_024, 1 << 20
USERNAME = "bench_archive"


def fill() -> None:
    import io

    from accounts.users.models import User
    from chat.conversations.models import Conversation, Membership, direct_key
    from chat.messages.models import Message
    from core.models import uuid7
    from core.storage import store
    from media_app.uploads.models import State, Upload
    from social.posts.models import Post, PostImage

    person, other = User.objects.bulk_create([User(username=USERNAME, email="bench@example.com"), User(username=f"{USERNAME}_friend")])
    key = direct_key(person.pk, other.pk)
    conversation = Conversation.objects.create(kind=Conversation.Kind.DIRECT, direct_key=key, last_seq=MESSAGES)
    Membership.objects.bulk_create([Membership(conversation=conversation, person=one) for one in (person, other)])
    Message.objects.bulk_create(
        [
            Message(
                conversation=conversation, seq=n + 1, sender=(person, other)[n % 2], temp_id=str(n), body=f"Message {n}. " + "Words, words. " * 20
            )
            for n in range(MESSAGES)
        ],
        batch_size=1_000,
    )
    for number in range(PICTURES):
        upload = Upload(pk=uuid7(), owner=person, state=State.READY, filename=f"{number}.jpg", content_type="image/jpeg", size=PICTURE_BYTES)
        key = f"{upload.prefix}/2560.webp"
        store.save(key, io.BytesIO(os.urandom(PICTURE_BYTES)))
        upload.width, upload.height, upload.variants = 2560, 1920, {"2560": {"key": key, "width": 2560, "height": 1920}}
        upload.save(force_insert=True)
        post = Post.objects.create(author=person, body=f"Picture {number}")
        PostImage.objects.create(post=post, upload=upload, position=0)


def ask() -> None:
    from accounts.data.services import start_export
    from accounts.users.models import User

    start_export(user=User.objects.get(username=USERNAME))


def look() -> None:
    from accounts.data.models import Export

    print(json.dumps(Export.objects.values("state", "progress", "size", "attempts").latest("id")))  # noqa: T201 - the output of this program


if __name__ == "__main__":
    django.setup()
    {"fill": fill, "ask": ask, "look": look}[sys.argv[1]]()
