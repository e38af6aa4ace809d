"""``python -m benchmarks.world <people> <file>``: people in pairs with a conversation each, and the tokens they connect with."""

import json
import sys
from pathlib import Path

import django


def main() -> None:
    count, target = int(sys.argv[1]), Path(sys.argv[2])
    django.setup()
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.sessions import services as sessions
    from accounts.users.models import User
    from chat.conversations.services import create_direct

    people = User.objects.bulk_create([User(username=f"bench{number}", display_name=f"Bench {number}") for number in range(count)])
    members = []
    for first, second in zip(people[::2], people[1::2], strict=True):
        conversation = create_direct(actor=first, target=second)
        for person in (first, second):
            store = SessionStore()
            store.create()
            session = sessions.open_session(user=person, session_key=str(store.session_key), address="127.0.0.1", user_agent="benchmark")
            token = sessions.issue_tokens(session_id=session.pk).access_token
            members.append({"token": token, "user": str(person.pk), "conversation": str(conversation.pk)})
    target.write_text(json.dumps(members))


if __name__ == "__main__":
    main()
