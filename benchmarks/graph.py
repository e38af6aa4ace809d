"""``python -m benchmarks.graph``: 100,000 people and a million edges between them, in the database named by the environment, and what REST costs.

Prints JSON lines: for each thing p50, p95 and p99 in milliseconds, the median of the CPU this process spent, how many queries, and the plans of
one call. Asked in this process, from the URL and the token to the finished answer, the look at the session among the queries. A third of the viewers
are the best connected people there are. What a follow has others told is a worker's, which does not run here.
"""

import json
import logging
import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

from benchmarks.growth import plans

NO_QUERIES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
PEOPLE, FOLLOWS, FRIENDSHIPS = 100_000, 600_000, 200_000  # a friendship is two rows: a million edges
ROUNDS, WARM_UP = 300, 10
FIRST = """
    Ana Ben Carla Dmitar Elif Fatou Grace Hanna Ingrid Jun Khalid Leilani Mei Niamh Oskar Pedro Rafael Sunil Tomasz Wren Yusuf Zoe Amina Arvid
    Clara Kofi Lucia Nia Priya Sam Marta Jonas Ines Milo Ada Bruno Chidi Daria Emil Farah Goran Hedda Ivo Jana Kemal Lena Mats Noor Olga Paolo
    Quentin Rosa Silas Tara Umar Vera Wilma Xenia Yara Zeno Anja Bilal Cora Dario Esme Finn Gita Hugo Iris Joao Kaya Lars Mina Nils Oona Petra
    Remy Sofia Theo Ulla
"""
LAST = """
    Ferreira Okafor Dahl Lin Zielony Laurent Mensimah Solheim Quispe Belkacem Rao Weiss Kahue Lindqvist Diarra Nakamori Aydemir Mota Wanjala
    Corrigan Haddan Vidal Kovac Nambiar Tautahi Ibarra Berg Prosser Mansoori Abbott Almeida Brandt Castell Duarte Eriksen Fonseca Galvao Horvat
    Ivanov Jansen Kessler Lopes Moreau Novak Oliveira Pereira Quintana Ribeiro Santoro Teixeira Urban Varga Wagner Xavier Yilmaz Zanetti Andrade
    Barros Carvalho Dias
"""
MISSPELT = {
    "anna fereira": "Ana Ferreira",
    "rafaell kispe": "Rafael Quispe",
    "ingrit solhiem": "Ingrid Solheim",
    "tomas zielony": "Tomasz Zielony",
    "kahlid masnoori": "Khalid Mansoori",
}

FILL_PEOPLE = """
INSERT INTO accounts_users_user
SELECT (jsonb_populate_record(template.one, jsonb_build_object('id', bench_id(now() - %(all)s * interval '1 second' + g * interval '1 second', g),
    'username', 'bench' || g, 'email', 'bench' || g || '@example.com',
    'display_name', (%(first)s::text[])[1 + g %% %(firsts)s] || ' ' || (%(last)s::text[])[1 + (g / %(firsts)s) %% %(lasts)s]))).*
FROM generate_series(2, %(all)s) g, (SELECT one FROM accounts_users_user one LIMIT 1) template
"""
# Few are followed by many, many by few; who follows much is spread less. random() to a power is a power law over the numbers of people.
FILL_FOLLOWS = """
INSERT INTO social_graph_follow (id, created_at, follower_id, followed_id)
SELECT bench_id(now() - %(count)s * interval '1 second' + g * interval '1 second', g), now(), a.id, b.id
FROM (SELECT g, 1 + floor(%(people)s * power(random(), 1.5))::int AS one, 1 + floor(%(people)s * power(random(), 4))::int AS other
      FROM generate_series(1, %(count)s) g) new
JOIN bench_person a ON a.number = new.one JOIN bench_person b ON b.number = new.other WHERE a.id <> b.id
ON CONFLICT DO NOTHING
"""
# Four in five friends live nearby (so that friends have friends in common), the others anywhere.
FILL_FRIENDSHIPS = """
WITH pair AS (
    SELECT DISTINCT least(one, other) AS one, greatest(one, other) AS other
    FROM (SELECT one, CASE WHEN random() < 0.8 THEN one + 1 + floor(40 * power(random(), 2))::int
                           ELSE 1 + floor(%(people)s * power(random(), 3))::int END AS other
          FROM (SELECT 1 + floor(%(people)s * power(random(), 1.7))::int AS one FROM generate_series(1, %(count)s)) drawn) new
    WHERE one <> other AND other <= %(people)s
), numbered AS (SELECT row_number() OVER () AS g, one, other FROM pair)
INSERT INTO social_graph_friendship (id, created_at, person_id, friend_id)
SELECT bench_id(now() - 2 * %(count)s * interval '1 second' + n * interval '1 second', n), now(), a.id, b.id
FROM (SELECT 2 * g AS n, one, other FROM numbered UNION ALL SELECT 2 * g + 1, other, one FROM numbered) half
JOIN bench_person a ON a.number = half.one JOIN bench_person b ON b.number = half.other
"""
COUNT = """
INSERT INTO social_graph_personcounts (person_id, follower_count, following_count, friend_count)
SELECT person.id, coalesce(followers.n, 0), coalesce(following.n, 0), coalesce(friends.n, 0)
FROM bench_person person
LEFT JOIN (SELECT followed_id AS id, count(*) AS n FROM social_graph_follow GROUP BY 1) followers ON followers.id = person.id
LEFT JOIN (SELECT follower_id AS id, count(*) AS n FROM social_graph_follow GROUP BY 1) following ON following.id = person.id
LEFT JOIN (SELECT person_id AS id, count(*) AS n FROM social_graph_friendship GROUP BY 1) friends ON friends.id = person.id
"""
EDGES = "SELECT (SELECT count(*) FROM social_graph_follow), (SELECT count(*) FROM social_graph_friendship)"


def fill() -> None:
    """People, edges and counts, by SQL: nobody is to be told of them."""
    from django.db import connection

    from accounts.users.models import User
    from benchmarks.library import IDS, NUMBERS

    first, last = FIRST.split(), LAST.split()
    User.objects.create(username="bench1", display_name="Bench One")
    with connection.cursor() as cursor:
        cursor.execute(IDS)
        cursor.execute(FILL_PEOPLE, {"all": PEOPLE, "first": first, "last": last, "firsts": len(first), "lasts": len(last)})
        cursor.execute(NUMBERS)
        cursor.execute(FILL_FOLLOWS, {"people": PEOPLE, "count": FOLLOWS})
        cursor.execute(FILL_FRIENDSHIPS, {"people": PEOPLE, "count": FRIENDSHIPS})
        cursor.execute(COUNT)
        cursor.execute("RESET session_replication_role")
        cursor.execute("VACUUM ANALYZE")


class Asking:
    """Everything asked, each time by another viewer."""

    def __init__(self) -> None:
        from django.db import transaction
        from rest_framework.test import APIClient

        from accounts.users.models import User
        from benchmarks.people import token_for
        from social.graph.models import PersonCounts

        self.chance = random.Random(2026)  # noqa: S311 - the same each time is the point
        best = list(PersonCounts.objects.order_by("-friend_count").values_list("pk", flat=True)[: ROUNDS // 6])
        best += list(PersonCounts.objects.order_by("-following_count").values_list("pk", flat=True)[: ROUNDS // 6])
        rest = User.objects.order_by("pk").values_list("pk", flat=True)
        keys = [*best, *self.chance.sample(list(rest), ROUNDS - len(best))]
        self.viewers = list(User.objects.filter(pk__in=keys))
        self.chance.shuffle(self.viewers)
        self.popular = list(User.objects.filter(pk__in=PersonCounts.objects.order_by("-follower_count").values("pk")[:50]))
        with transaction.atomic():
            self.tokens = {viewer.pk: token_for(viewer) for viewer in self.viewers}
        self.client = APIClient()

    def requests(self, viewer: Any) -> dict[str, tuple[str, str]]:
        """Method and path of everything that is measured, as ``viewer`` asks it."""
        from social.graph.models import Friendship

        other, popular = self.chance.choice(self.viewers).pk, self.chance.choice(self.popular).pk
        near = Friendship.objects.filter(person=viewer).values_list("friend", flat=True).first() or popular
        said = self.chance.choice(list(MISSPELT)).replace(" ", "%20")
        return {
            "follow": ("post", f"/api/v1/users/{other}/follow"),
            "followers of a popular person, 20": ("get", f"/api/v1/users/{popular}/followers"),
            "mutual friends, 20": ("get", f"/api/v1/friends/mutual/{near}"),
            "suggestions, 10": ("get", "/api/v1/friends/suggestions"),
            "people search, misspelt": ("get", f"/api/v1/users/search?q={said}"),
            "people search, misspelt surname": ("get", "/api/v1/users/search?q=fereira"),
            "people search, beginning": ("get", "/api/v1/users/search?q=ana%20fe"),
            "people search, a letter": ("get", "/api/v1/users/search?q=a"),
        }

    def measure(self, name: str) -> dict[str, Any]:
        """Every tenth call is counted and explained, the others are timed. The first few are neither: a process warms up once."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        for viewer in self.viewers[:WARM_UP]:
            self.call(viewer, *self.requests(viewer)[name])()
        took, cpu, most = [], [], 0
        for number, viewer in enumerate(self.viewers[WARM_UP:]):
            call = self.call(viewer, *self.requests(viewer)[name])
            if number % 10 == 0:
                with CaptureQueriesContext(connection) as captured:
                    call()
                most = max(most, sum(not query["sql"].startswith(NO_QUERIES) for query in captured.captured_queries))
            else:
                started, ran = time.perf_counter(), time.thread_time()
                call()
                took.append((time.perf_counter() - started) * 1000)
                cpu.append((time.thread_time() - ran) * 1000)
        took.sort()
        at = {f"p{share}": round(took[min(len(took) - 1, len(took) * share // 100)], 1) for share in (50, 95, 99)}
        shown = plans(self.call(self.viewers[0], *self.requests(self.viewers[0])[name]))[0]
        return {"what": name, **at, "cpu": round(statistics.median(cpu), 1), "queries": most, "plans": shown}

    def call(self, viewer: Any, method: str, path: str) -> Callable[[], None]:
        ask, headers = getattr(self.client, method), {"Authorization": f"Bearer {self.tokens[viewer.pk]}"}

        def call() -> None:
            answer = ask(path, headers=headers)
            if answer.status_code not in {200, 403}:  # 403: nobody follows themselves
                raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:300]!r}")

        return call


def misspelt_names_found() -> dict[str, bool]:
    """Whether the first page of a search for each misspelt name has the person meant."""
    from accounts.users.models import User
    from social.graph.search import people_called

    viewer = User.objects.get(username="bench1")
    return {said: any(person.name == meant for person in people_called(viewer, said).items) for said, meant in MISSPELT.items()}


def main() -> None:
    from django.conf import settings
    from django.db import connection

    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    logging.disable(logging.INFO)  # a line for each request would be measured with it
    started = time.perf_counter()
    fill()
    with connection.cursor() as cursor:
        cursor.execute(EDGES)
        follows, friendships = cursor.fetchone()
    say({"step": "fill", "people": PEOPLE, "follows": follows, "friendships": friendships, "seconds": round(time.perf_counter() - started)})
    say({"step": "misspelt", "found": misspelt_names_found()})
    asking = Asking()
    for name in asking.requests(asking.viewers[0]):
        say({"step": "graph", **asking.measure(name)})


def say(step: dict[str, Any]) -> None:
    print(json.dumps(step), flush=True)  # noqa: T201 - the output


if __name__ == "__main__":
    main()
