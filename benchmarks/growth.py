"""``python -m benchmarks.growth``: what reading and sending cost as tables grow tenfold, in the database named by the environment.

Prints JSON lines: for each thing the median milliseconds and the rows its queries touched, small and grown, and their plans.
"""

import json
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

PEOPLE, ROUNDS = 1_000, 40
READS, WRITES = re.compile(r"[\s(]*(SELECT|WITH)\b"), re.compile(r"\b(INSERT|UPDATE|DELETE)\b")
SMALL = {"posts": 10_000, "messages": 1_000, "conversations": 40, "followed": 50}
GROWN = {name: count * 10 for name, count in SMALL.items()}


def median_ms(act: Callable[[], Any]) -> float:
    for _ in range(5):
        act()
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        act()
        took.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(took), 2)


def plans(act: Callable[[], Any]) -> tuple[list[str], int]:
    """The plans of everything ``act`` reads, and how many rows their scans gave."""
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        act()
    shown, rows = [], 0
    with transaction.atomic(), connection.cursor() as cursor:
        for query in captured.captured_queries:
            if "set_config" in query["sql"]:  # what the next are to be planned with
                cursor.execute(query["sql"].replace("%", "%%"), ())
            elif READS.match(query["sql"]) and not WRITES.search(query["sql"]):
                cursor.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) " + query["sql"].replace("%", "%%"), ())
                lines = [line for (line,) in cursor.fetchall()]
                shown.append("\n".join(lines))
                for line in lines:
                    if "Scan" in line and (found := re.search(r"rows=([\d.]+) loops=(\d+)", line)):
                        rows += round(float(found[1]) * int(found[2]))
    return shown, rows


class Growing:
    """One person in the middle of tables that grow."""

    def __init__(self) -> None:
        from accounts.users.models import User

        self.people = sorted(
            User.objects.bulk_create([User(username=f"bench{n}", display_name=f"Bench {n}") for n in range(PEOPLE)]), key=lambda one: one.pk
        )
        self.viewer = self.people[0]
        self.has = dict.fromkeys(SMALL, 0)

    def grow(self, sizes: dict[str, int]) -> None:
        from django.db import connection

        from benchmarks.library import FUNCTIONS, MORE_POSTS, add_messages
        from benchmarks.people import pair_up
        from chat.conversations.models import Conversation, Membership
        from social.graph.models import Follow
        from social.posts.models import Post

        viewer, has = self.viewer, self.has
        with connection.cursor() as cursor:
            if not has["posts"]:
                cursor.execute(FUNCTIONS)
                Post.objects.create(author=self.people[-1], body="the first", body_html="<p>the first</p>")
            if sizes["posts"] > has["posts"]:
                cursor.execute(MORE_POSTS, {"all": GROWN["posts"], "people": PEOPLE, "from": has["posts"] + 1, "to": sizes["posts"]})
            Follow.objects.bulk_create(Follow(follower=viewer, followed=one) for one in self.people[1 + has["followed"] : 1 + sizes["followed"]])
            for other in self.people[1 + has["conversations"] : 1 + sizes["conversations"]]:
                (conversation,) = pair_up([viewer, other])
                add_messages(cursor, conversation.pk, viewer.pk, other.pk, 1, 3)
            Membership.objects.filter(person=viewer).update(unread_count=1)
            busy = Conversation.objects.filter(memberships__person=self.people[1]).get()
            head = busy.last_seq  # sending was measured in it, too
            add_messages(cursor, busy.pk, viewer.pk, self.people[1].pk, head + 1, head + sizes["messages"] - has["messages"])
            cursor.execute("VACUUM ANALYZE")
        self.busy = busy.pk
        self.has = dict(sizes)

    def acts(self) -> dict[str, Callable[[], Any]]:
        from chat.messages import selectors as chat
        from chat.messages.services import send_message
        from social.feeds import selectors as feeds

        deep = chat.history(self.viewer, self.busy, cursor=None, limit=50)
        return {
            "home feed, 20 posts": lambda: feeds.home_feed(self.viewer),
            "public feed, 20 posts": lambda: feeds.public_feed(self.viewer),
            "history, 50 newest": lambda: chat.history(self.viewer, self.busy, limit=50),
            "history, the next 50": lambda: chat.history(self.viewer, self.busy, cursor=deep.next, limit=50),
            "list of conversations, 20": lambda: chat.conversation_list(self.viewer),
            "unread counts": lambda: chat.unread_counts(self.viewer),
            "sending a message": lambda: send_message(sender=self.viewer, conversation_id=self.busy, body="hello"),
        }

    def measured(self) -> dict[str, dict[str, Any]]:
        found = {}
        for name, act in self.acts().items():
            shown, rows = plans(act)
            found[name] = {"ms": median_ms(act), "rows": rows, "plans": shown}
        return found


def main() -> None:
    django.setup()
    growing = Growing()
    growing.grow(SMALL)
    before = growing.measured()
    for what, sizes in (
        ("posts, messages and conversations tenfold", {**GROWN, "followed": SMALL["followed"]}),
        ("and ten times as many people followed", GROWN),
    ):
        growing.grow(sizes)
        for name, after in growing.measured().items():
            small = before[name]
            ratio = round(after["ms"] / small["ms"], 2)
            step = {"small_ms": small["ms"], "ms": after["ms"], "ratio": ratio, "small_rows": small["rows"], "rows": after["rows"]}
            print(json.dumps({"step": "growth", "grown": what, "what": name, **step, "plans": after["plans"]}), flush=True)  # noqa: T201 - the output


if __name__ == "__main__":
    main()
