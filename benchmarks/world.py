"""``python -m benchmarks.world <people> <file> [--together]``: people in pairs with a conversation each, or all in one, and their tokens."""

import json
import sys
from pathlib import Path

import django


def main() -> None:
    count, target = int(sys.argv[1]), Path(sys.argv[2])
    django.setup()
    from django.db import transaction

    from accounts.users.models import User
    from benchmarks.people import gather, pair_up, token_for

    people = User.objects.bulk_create([User(username=f"bench{number}", display_name=f"Bench {number}") for number in range(count)])
    together = "--together" in sys.argv
    conversations = [gather(people)] if together else pair_up(people)
    with transaction.atomic():
        members = [
            {"token": token_for(person), "user": str(person.pk), "conversation": str(conversations[0 if together else number // 2].pk)}
            for number, person in enumerate(people)
        ]
    target.write_text(json.dumps(members))


if __name__ == "__main__":
    main()
