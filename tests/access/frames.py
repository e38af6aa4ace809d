"""What each relation may say over a socket, and who hears what. Names as in ``world``; besides the relations, ``petra`` and ``carla`` listen."""

from dataclasses import dataclass
from typing import Any

from tests.access.world import RELATIONS

CONNECTED = [name for name in RELATIONS if name not in {"nobody", "suspended"}]  # whoever is suspended is not let in
APART = {"blocked": "not_found", "blocking": "not_found"}


def signed_in(base: str, **other: str) -> dict[str, str]:
    return {**dict.fromkeys(CONNECTED, base), "nobody": "not_authenticated", **other}


MINE = signed_in("ok")
OWN = signed_in("not_found", self="ok")
TALK = signed_in("ok", outsider="not_found", staff="not_found", **APART)
INSIDE = signed_in("ok", outsider="not_found", **APART)


@dataclass(frozen=True, slots=True)
class Said:
    """A command with data from the world, and what it is answered: ``ok``, or the code of the error."""

    command: str
    data: dict[str, Any]
    answers: dict[str, str]


SAID = [
    Said("ping", {}, {**signed_in("ok"), "nobody": "ok"}),
    Said("resume", {"conversations": {"{foreign}": 0}}, MINE),
    Said("room:join", {"room": "post:{post}"}, INSIDE),
    Said("room:join", {"room": "post:{secret_post}"}, OWN),
    Said("room:leave", {"room": "post:{post}"}, MINE),
    Said("presence:update", {"state": "online"}, MINE),
    Said("presence:subscribe", {"users": ["{owner_id}"]}, MINE),
    Said("conversation:sync", {}, MINE),
    Said("conversation:create", {"user": "{owner}"}, {**TALK, "self": "conversation_with_oneself"}),
    Said("conversation:join", {"conversation": "{conversation}"}, TALK),
    Said("conversation:join", {"conversation": "{foreign}"}, OWN),
    Said("message:send", {"conversation": "{conversation}", "body": "Hi", "temp_id": "m1"}, TALK),
    Said("message:send", {"conversation": "{foreign}", "body": "Hi", "temp_id": "m2"}, OWN),
    Said("message:edit", {"id": "{foreign_message}", "body": "Other"}, OWN),
    Said("message:delivered", {"conversation": "{foreign}", "seq": 1}, OWN),
    Said("message:read", {"conversation": "{foreign}", "seq": 1}, OWN),
    Said("typing:start", {"conversation": "{foreign}"}, OWN),
    Said("typing:stop", {"conversation": "{foreign}"}, OWN),
    Said("notification:read", {"id": "{notification}"}, OWN),
    Said("message:delete", {"id": "{foreign_message}"}, OWN),
    Said("conversation:leave", {"conversation": "{foreign}"}, OWN),
    Said("authenticate", {"token": "made-up"}, signed_in("not_authenticated")),  # last: it ends the socket, whoever it was
]

EVERYBODY = {*CONNECTED, "petra", "carla"}
WITHOUT_OUTSIDERS = EVERYBODY - {"blocked", "blocking", "outsider"}  # who meets the author, and is let into a private account
# Of things that happen to Otto and Petra (``test_sockets`` makes each happen): who hears of it. Everybody has the post open if they may, and
# wants to know when both are online.
HEARD: dict[str, set[str]] = {
    "authenticated": EVERYBODY,
    "pong": {"stranger"},  # who pinged
    "post:liked": WITHOUT_OUTSIDERS,
    "post:commented": WITHOUT_OUTSIDERS,
    "presence:update": {"friend", "carla", "self", "petra"},  # friends, and oneself
    "message:new": {"self", "carla"},  # both who talk
    "message:sent": {"self"},
    "message:edited": {"self", "carla"},
    "message:deleted": {"self", "carla"},
    "message:status": {"carla"},
    "typing:update": {"carla"},
    "person:updated": {"self", "carla", "stranger", "follower", "friend"},  # oneself, and who has a conversation with one
    "conversation:new": {"self"},
    "conversation:updated": {"self"},
    "conversation:removed": {"self"},
    "notification:new": {"self"},
    "notification:count": {"self"},
    "notification:read": {"self"},
    "upload:updated": {"self"},
    "export:updated": {"self"},
    "follow:requests": {"petra"},
    "friend:request": {"self"},
    "friend:request_closed": {"self"},
    "friend:accepted": {"self", "outsider"},
    "friend:removed": {"self", "friend"},
    "follow:approved": {"outsider"},
    "session:revoked": {"follower"},  # whose session ended
}
TO_ONE_SOCKET = {"session:expiring"}  # from the clock of the hub to the socket whose token runs out: core/realtime/tests/test_sessions.py
