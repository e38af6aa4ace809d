"""``python -m benchmarks.library <readers> <file>``: something to read, of the same size as the Node baseline's data.

10,000 people, 100,000 posts, a million follows and likes, a conversation of 10,000 messages between the first two people; tokens and
cookies of the first ``readers``. Rows are written by SQL: nobody is to be told of them.
"""

import json
import sys
from pathlib import Path

import django

PEOPLE, POSTS, FOLLOWS, LIKES, MESSAGES = 10_000, 100_000, 1_000_000, 1_000_000, 10_000

# A UUIDv7 of the time ``at``, made unique by ``g``. Foreign keys hold by construction and are not checked a million times.
IDS = """
CREATE OR REPLACE FUNCTION bench_id(at timestamptz, g bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(g & 4095), 3, '0')
            || '8' || lpad(to_hex(g), 15, '0'))::uuid $$;
SELECT setseed(0.42);
SET session_replication_role = replica;
"""
NUMBERS = """
CREATE TABLE bench_person AS SELECT row_number() OVER (ORDER BY id)::int AS number, id FROM accounts_users_user;
CREATE UNIQUE INDEX ON bench_person (number) INCLUDE (id);
"""
FUNCTIONS = IDS + NUMBERS
MORE_POSTS = """
INSERT INTO social_posts_post
SELECT (jsonb_populate_record(template.post, jsonb_build_object(
    'id', bench_id(new.at, g), 'created_at', new.at, 'author_id', person.id, 'body', words, 'body_html', '<p>' || words || '</p>'))).*
FROM (SELECT post FROM social_posts_post post LIMIT 1) template,
    (SELECT g, now() - (%(all)s - g) * interval '1 second' AS at, 1 + floor(random() * %(people)s)::int AS author,
            'post ' || g || ' ' || repeat('lorem ipsum ', 12) AS words FROM generate_series(%(from)s, %(to)s) g) new
JOIN bench_person person ON person.number = new.author
"""
MORE_FOLLOWS = """
INSERT INTO social_graph_follow (id, created_at, follower_id, followed_id)
SELECT bench_id(now(), g), now(), a.id, b.id
FROM (SELECT g, 1 + (g %% %(people)s)::int AS one, 1 + floor(random() * %(people)s)::int AS other FROM generate_series(%(from)s, %(to)s) g) new
JOIN bench_person a ON a.number = new.one JOIN bench_person b ON b.number = new.other WHERE a.id <> b.id
ON CONFLICT DO NOTHING
"""
MORE_LIKES = """
INSERT INTO social_posts_postlike (id, created_at, post_id, user_id)
SELECT bench_id(now(), g), now(), post.id, person.id
FROM (SELECT g, 1 + floor(random() * %(posts)s)::int AS post, 1 + floor(random() * %(people)s)::int AS person
      FROM generate_series(1, %(count)s) g) new
JOIN (SELECT row_number() OVER ()::int AS number, id FROM social_posts_post) post ON post.number = new.post
JOIN bench_person person ON person.number = new.person
ON CONFLICT DO NOTHING
"""
MORE_MESSAGES = """
INSERT INTO chat_messages_message (id, created_at, conversation_id, seq, sender_id, temp_id, body)
SELECT bench_id(now(), g), now(), %(conversation)s, g, CASE WHEN g %% 2 = 0 THEN %(one)s::uuid ELSE %(other)s::uuid END, 'bench-' || g,
       'history ' || g || repeat(' y', 40)
FROM generate_series(%(from)s, %(to)s) g
"""


def fill(readers: int, target: Path) -> None:
    from django.db import connection, transaction

    from accounts.users.models import User
    from benchmarks.people import cookie_for, pair_up, token_for
    from social.posts.models import Post

    people = User.objects.bulk_create([User(username=f"bench{number}", display_name=f"Bench {number}") for number in range(PEOPLE)])
    people.sort(key=lambda person: person.pk)
    (conversation,) = pair_up(people[:2])
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        Post.objects.create(author=people[0], body="the first", body_html="<p>the first</p>")
        cursor.execute(MORE_POSTS, {"all": POSTS, "people": PEOPLE, "from": 1, "to": POSTS})
        cursor.execute(MORE_FOLLOWS, {"people": PEOPLE, "from": 1, "to": FOLLOWS})
        cursor.execute(MORE_LIKES, {"people": PEOPLE, "posts": POSTS, "count": LIKES})
        add_messages(cursor, conversation.pk, people[0].pk, people[1].pk, 1, MESSAGES)
        cursor.execute("VACUUM ANALYZE")
    with transaction.atomic():
        tokens, cookies = [token_for(person) for person in people[:readers]], [cookie_for(person) for person in people[:readers]]
    target.write_text(json.dumps({"tokens": tokens, "cookies": cookies, "conversation": str(conversation.pk)}))


def add_messages(cursor, conversation, one, other, first: int, last: int) -> None:  # type: ignore[no-untyped-def]
    """Messages ``first`` to ``last`` of a conversation, and its head."""
    cursor.execute(MORE_MESSAGES, {"conversation": conversation, "one": one, "other": other, "from": first, "to": last})
    cursor.execute("UPDATE chat_conversations_conversation SET last_seq = %s, last_message_at = now() WHERE id = %s", [last, conversation])


if __name__ == "__main__":
    django.setup()
    fill(int(sys.argv[1]), Path(sys.argv[2]))
