"""The people of the demo world. All of them are invented; their pictures are drawn here."""

from datetime import date

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.profiles.services import choose_picture, show_chosen
from accounts.users.models import User
from accounts.users.services import create_user, set_phone, set_status, update_profile
from core import drawing
from core.demo import DemoWorld, demo_step
from media_app.uploads.models import Kind
from media_app.uploads.services import process_upload
from social.graph.models import Follow, PersonCounts
from social.graph.policies import follows
from social.graph.services import accept_request, add_contact, follow, mute, mute_keyword, reconcile_counts, request_friendship

PASSWORD = "hubbub-demo"  # noqa: S105 - everybody knows it, and the command runs in development only
PEOPLE = [
    ("ana", "Ana Ferreira", "Potter in Porto. Mostly bowls, sometimes cats.", "Porto"),
    ("ben", "Ben Okafor", "Trains, bread, and the bits of cities nobody photographs.", "Leeds"),
    ("mod", "Mo Dahl", "Keeps the place tidy. Write to me if something is not.", "Bergen"),
    ("mei_lin", "Mei Lin", "Botanist with muddy knees.", "Taipei"),
    ("tomasz", "Tomasz Zielony", "Carpenter. I answer slowly.", "Gdynia"),
    ("zoe.l", "Zoé Laurent", "Radio plays and long walks.", "Lyon"),
    ("kofi", "Kofi Mensimah", "Teaching maths to people who say they cannot.", "Kumasi"),
    ("ingrid", "Ingrid Solheim", "Cold water swimmer.", "Tromsø"),
    ("rafael.q", "Rafael Quispe", "Cook. The market decides the menu.", "Arequipa"),
    ("amina", "Amina Belkacem", "Engineer of small bridges.", "Oran"),
    ("sunil", "Sunil Rao", "Cricket, keyboards, filter coffee.", "Mysuru"),
    ("hanna.w", "Hanna Weiss", "Librarian. Yes, I have read it. No, not all of it.", "Graz"),
    ("leilani", "Leilani Kahue", "Sails, knots and weather.", "Hilo"),
    ("oskar", "Oskar Lindqvist", "Repairs synthesizers.", "Umeå"),
    ("fatou", "Fatou Diarra", "Textiles and colour.", "Bamako"),
    ("jun", "Jun Nakamori", "Paper, ink, patience.", "Kanazawa"),
    ("elif", "Elif Aydemir", "Translating other people's jokes.", "Izmir"),
    ("pedro_m", "Pedro Mota", "Night nurse, day gardener.", "Recife"),
    ("grace", "Grace Wanjala", "Birds, mostly small brown ones.", "Kisumu"),
    ("niamh", "Niamh Corrigan", "Fiddle player. Also fixes bicycles.", "Galway"),
    ("yusuf", "Yusuf Haddan", "Maps of places that moved.", "Amman"),
    ("clara.v", "Clara Vidal", "Physics by day, dumplings by night.", "Valparaíso"),
    ("dmitar", "Dmitar Kovač", "Chess on Thursdays.", "Split"),
    ("priya", "Priya Nambiar", "Documentary sound.", "Kochi"),
    ("sam_t", "Sam Tautahi", "Rugby coach with opinions about pies.", "Napier"),
    ("lucia", "Lucía Ibarra", "Old bicycles, new routes.", "Bilbao"),
    ("arvid", "Arvid Berg", "Bees. Ask me about bees.", "Visby"),
    ("nia", "Nia Prosser", "Poems that fit on a receipt.", "Swansea"),
    ("khalid", "Khalid Mansoori", "Astronomy from a rooftop.", "Muscat"),
    ("wren", "Wren Abbott", "Letterpress and bad puns.", "Hobart"),
]
# Of the range that is kept for stories (ATIS-0300115), so nobody's.
PHONES = {name: f"+120255501{number:02d}" for number, name in enumerate(("ana", "ben", "mei_lin", "tomasz", "kofi", "amina", "jun", "grace"))}


@demo_step(order=10)
def add_people(world: DemoWorld) -> None:
    """Thirty people with pictures, some with a number; ``ana``, ``ben`` and ``mod`` can sign in."""
    for username, name, bio, place in PEOPLE:
        password = PASSWORD if username in {"ana", "ben", "mod"} else None
        email = f"{username}@hubbub.example"
        if username == "mod":  # a reserved name, which only the manager gives; and staff
            person = User.objects.create_user(username, email, password, display_name=name, is_staff=True)
        else:
            person = create_user(username=username, email=email, password=password, display_name=name)
        EmailAddress.objects.update_or_create(user=person, email=email, defaults={"primary": True, "verified": True})
        update_profile(user=person, changes={"bio": bio, "location": place})
        show(person, SimpleUploadedFile("portrait.png", drawing.portrait(world.random), "image/png"), Kind.AVATAR)
        if username in PHONES:
            set_phone(user=person, phone=PHONES[username])
        person.refresh_from_db()
        world.people[username] = person


def show(person: User, file: SimpleUploadedFile, kind: Kind) -> None:
    """Nobody waits for a worker here; there may be none."""
    upload = choose_picture(user=person, file=file, kind=kind)
    process_upload(upload_id=upload.pk)
    show_chosen(upload_id=upload.pk)


CHOICES: dict[str, dict[str, str]] = {
    "tomasz": {"messages_from": "followed", "presence_shown_to": "followed"},
    "ingrid": {"presence_shown_to": "nobody"},
    "clara.v": {"friend_requests_from": "followed"},
    "hanna.w": {"found_by_email": "everyone", "groups_from": "friends"},
    "priya": {"messages_from": "nobody", "first_audience": "followers"},
}
PRIVATE = "jun"  # whom some ask to follow


@demo_step(order=15)
def show_covers_and_choose(world: DemoWorld) -> None:
    """Some have a wide picture, a date of birth or a status, some let fewer people near, and one account is private."""
    for username in ("ana", "ben", "mei_lin", "leilani"):
        file = SimpleUploadedFile("cover.png", drawing.landscape(world.random), "image/png")
        show(world.people[username], file, Kind.COVER)
    set_status(user=world.people["ana"], text="Firing the kiln, back on Monday")
    update_profile(user=world.people["ana"], changes={"birth_date": date(1988, 5, 14), "birth_date_shown_to": "friends"})
    for username, choices in CHOICES.items():
        update_profile(user=world.people[username], changes=choices)
    for username, person in world.people.items():
        world.people[username] = User.objects.get(pk=person.pk)


@demo_step(order=20)
def let_people_follow_each_other(world: DemoWorld) -> None:
    """Everybody follows some; ana and ben follow each other, and hear of whoever follows them. The other edges are written in one go."""
    people = list(world.people.values())
    edges = {(person, other) for person in people for other in world.random.sample(people, world.random.randint(5, 14)) if other != person}
    edges |= {(world.people["ana"], world.people["ben"]), (world.people["ben"], world.people["ana"])}
    heard = {world.people["ana"], world.people["ben"]}
    in_order = sorted(edges, key=lambda edge: (edge[0].username, edge[1].username))
    Follow.objects.bulk_create(Follow(follower=person, followed=other) for person, other in in_order if other not in heard)
    PersonCounts.objects.bulk_create(PersonCounts(person=person) for person in people)
    reconcile_counts()
    for person, other in in_order:
        if other in heard:
            follow(actor=person, target=other)
    update_profile(user=world.people[PRIVATE], changes={"is_private": True})
    world.people[PRIVATE].refresh_from_db()
    unlet = [person for person in people if not follows(person, world.people[PRIVATE]) and person.username != PRIVATE]
    for person in sorted(unlet[:3], key=lambda person: person.username):
        follow(actor=person, target=world.people[PRIVATE])


FRIENDS = [("ana", "niamh"), ("ana", "mei_lin"), ("ana", "zoe.l"), ("ana", "ben"), ("ben", "ingrid"), ("ben", "hanna.w"), ("ben", "niamh")]
BETWEEN = [
    ("niamh", "sam_t"),
    ("niamh", "grace"),
    ("mei_lin", "grace"),
    ("zoe.l", "elif"),
    ("ingrid", "arvid"),
    ("hanna.w", "arvid"),
    ("ingrid", "grace"),
]
REQUESTS = [
    ("khalid", "ana", "We met at the observatory. I still owe you a coffee."),
    ("lucia", "ana", ""),
    ("yusuf", "ben", "Your map of Leeds is wrong in the best way."),
    ("ana", "tomasz", "The bowl you turned is on my table."),
    ("ben", "fatou", ""),
]
CONTACTS = [
    ("ana", "niamh", "Niamh (fiddle)", True),
    ("ana", "rafael.q", "", False),
    ("ben", "arvid", "The bee man", True),
    ("ben", "ana", "", False),
]


@demo_step(order=25)
def make_friends_and_contacts(world: DemoWorld) -> None:
    """Friends of ana and ben and friends of those, requests that wait for them, contacts, and whom and what ana would rather not see."""
    people = world.people
    for one, other in (*FRIENDS, *BETWEEN):
        asked = request_friendship(actor=people[one], target=people[other])
        accept_request(actor=people[other], request_id=asked.pk)
    for sender, receiver, message in REQUESTS:
        request_friendship(actor=people[sender], target=people[receiver], message=message)
    for owner, person, nickname, is_favourite in CONTACTS:
        add_contact(owner=people[owner], person=people[person], nickname=nickname, is_favourite=is_favourite)
    mute(actor=people["ana"], target=people["pedro_m"])
    mute_keyword(actor=people["ana"], keyword="spoiler")
