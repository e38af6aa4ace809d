"""Posts and comments for tests, made by the services so that counts are right."""

from typing import Any

from accounts.users.models import User
from accounts.users.tests.factories import UserFactory
from social.posts import services
from social.posts.models import Audience, Comment, Post


def make_person(**fields: Any) -> User:
    person: User = UserFactory.create(**fields)
    return person


def make_post(author: User | None = None, body: str = "Hello there", audience: Audience = Audience.PUBLIC) -> Post:
    return services.create_post(author=author or make_person(), body=body, audience=audience)


def make_comment(post: Post, author: User | None = None, body: str = "Well said", parent: Comment | None = None) -> Comment:
    return services.create_comment(author=author or make_person(), post=post, body=body, parent=parent)
