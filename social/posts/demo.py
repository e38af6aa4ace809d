"""What the people of the demo world have to say."""

import io
from datetime import timedelta

from django.utils import timezone

from core import drawing
from core.demo import DemoWorld, demo_step
from media_app.uploads import services as uploads
from media_app.uploads.models import Kind
from social.posts import services
from social.posts.models import Post
from social.posts.services import Picture

WORDS = [
    "The kiln is *finally* cool. Eleven bowls survived, one did not want to be a bowl.",
    "If your train is late today: sorry. If it is early: also sorry, that is somehow worse.",
    "Found a fern I cannot name. Best Tuesday in weeks.",
    "Rule of the workshop: measure twice, cut once, then go and buy more wood.",
    "The sea was four degrees. I was in it for four minutes. We are even.",
    'Today a pupil asked why minus times minus is plus, and would not take "because" for an answer. Perfect.',
    "Market report: the good tomatoes are back.",
    "Somebody returned a library book after nineteen years, with an apology and a biscuit.",
    "Three things a bridge needs:\n\n- somebody on each side\n- a reason to cross\n- drainage",
    "I translated a pun today. It took two hours and is now about a goat.",
    "Night shift thought: every hospital has one door that sings.",
    "Small brown bird identified as a *different* small brown bird.",
    "The bicycle that came in for a squeak left with a new wheel, a new chain and the same squeak.",
    "Old map, new argument: rivers do not read maps.",
    "Quiet evening. Rain on the roof, soup on the stove, nobody online. Well, you.",
    "Does anybody have a spare C4 capacitor and twenty minutes of patience?",
    "Saturn was out tonight. The neighbours queued on the stairs to look.",
    "Bees do not care about your calendar. They swarmed during the wedding.",
    "> A poem should fit where the price was.\n\nStill my whole method.",
    "Set the word *hurly-burly* in 48 point today. That is all.",
]
ANSWERS = [
    "This made my morning.",
    "I need to hear the rest of this.",
    "Same here, only wetter.",
    "Please post a picture next time!",
    "My grandmother said exactly that.",
    "Where was this?",
    "I disagree, but kindly.",
    "Saving this for Monday.",
]
REPLIES = ["Ha! Yes.", "Tell me more.", "Will do.", "It was worth it, I promise."]
ALTS = ["Hills in layers under a low sun, drawn by hand.", "A row of dark hills and a pale sun.", "Evening hills, one behind the other."]


@demo_step(order=30)
def publish(world: DemoWorld) -> None:
    """Some ninety posts over the last days, a tenth of them with a picture, with comments and likes."""
    people = list(world.people.values())
    world.things["posts"] = []
    for number in range(90):
        author = people[number % len(people)]
        pictures = []
        if number % 10 == 0:
            content = drawing.landscape(world.random)
            upload = uploads.create_upload_from_file(
                owner=author, file=io.BytesIO(content), kind=Kind.IMAGE, filename="hills.png", content_type="image/png", size=len(content)
            )
            uploads.process_upload(upload_id=upload.pk)
            pictures = [Picture(upload.pk, world.random.choice(ALTS))]
        post = services.create_post(author=author, body=world.random.choice(WORDS), images=pictures)
        Post.objects.filter(pk=post.pk).update(created_at=timezone.now() - timedelta(minutes=47 * (90 - number)))
        world.things["posts"].append(post)
        for person in world.random.sample(people, world.random.randint(0, 9)):
            services.like_post(actor=person, post=post)
        for person in world.random.sample(people, world.random.randint(0, 3)):
            comment = services.create_comment(author=person, post=post, body=world.random.choice(ANSWERS))
            if world.random.random() < 0.4:
                services.create_comment(author=author, post=post, body=world.random.choice(REPLIES), parent=comment)
