"""What the people of the demo world have to say."""

import io
from datetime import timedelta

from django.utils import timezone

from accounts.users.models import User
from core import drawing
from core.demo import DemoWorld, demo_step
from media_app.uploads import services as uploads
from media_app.uploads.models import Kind
from social.posts import services
from social.posts.demo_texts import TEXTS
from social.posts.models import Post, PostLike
from social.posts.services import Picture

SPACING = timedelta(minutes=67)
HEARD = {"ana", "ben"}  # who can sign in hears of likes; everybody else's are written in one go


@demo_step(order=30)
def publish(world: DemoWorld) -> None:
    """What everyone wrote over the last days, some of it with a picture, and what the others answered and liked."""
    people = list(world.people.values())
    world.things["posts"] = []
    likes: list[PostLike] = []
    for age, text in reversed(list(enumerate(TEXTS, start=1))):
        author = world.people[text.author]
        pictures = [_picture(world, author, text.alt)] if text.alt else []
        post = services.create_post(author=author, body=text.body, images=pictures)
        Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - SPACING * age)
        world.things["posts"].append(post)
        likers = world.random.sample(people, world.random.randint(0, 9))
        if author.username in HEARD:
            for person in likers:
                services.like_post(actor=person, post=post)
        else:
            likes += [PostLike(post=post, user=person) for person in likers]
        for answer in text.answers:
            comment = services.create_comment(author=world.people[answer.author], post=post, body=answer.body)
            if answer.reply:
                services.create_comment(author=author, post=post, body=answer.reply, parent=comment)
    PostLike.objects.bulk_create(likes)
    services.reconcile_counts()


def _picture(world: DemoWorld, owner: User, alt: str) -> Picture:
    content = drawing.landscape(world.random)
    upload = uploads.create_upload_from_file(
        owner=owner, file=io.BytesIO(content), kind=Kind.IMAGE, filename="hills.png", content_type="image/png", size=len(content)
    )
    uploads.process_upload(upload_id=upload.pk)
    return Picture(upload.pk, alt)
