"""``python -m benchmarks.world <people> <file>``: people in pairs with a conversation each, and the tokens they connect with."""

import json
import sys
from pathlib import Path

import django


def main() -> None:
    count, target = int(sys.argv[1]), Path(sys.argv[2])
    django.setup()
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction

    from accounts.sessions import services as sessions
    from accounts.users.models import User
    from chat.conversations.models import Conversation, Membership, direct_key

    people = User.objects.bulk_create([User(username=f"bench{number}", display_name=f"Bench {number}") for number in range(count)])
    pairs = list(zip(people[::2], people[1::2], strict=True))
    # Rows, not services: nobody is to be told of these conversations.
    conversations = Conversation.objects.bulk_create(
        [Conversation(kind=Conversation.Kind.DIRECT, direct_key=direct_key(first.pk, second.pk)) for first, second in pairs]
    )
    together = list(zip(pairs, conversations, strict=True))
    Membership.objects.bulk_create([Membership(conversation=conversation, person=person) for pair, conversation in together for person in pair])
    members = []
    with transaction.atomic():
        for pair, conversation in together:
            for person in pair:
                store = SessionStore()
                store.create()
                session = sessions.open_session(user=person, session_key=str(store.session_key), address="127.0.0.1", user_agent="benchmark")
                token = sessions.issue_tokens(session_id=session.pk).access_token
                members.append({"token": token, "user": str(person.pk), "conversation": str(conversation.pk)})
    target.write_text(json.dumps(members))


if __name__ == "__main__":
    main()
