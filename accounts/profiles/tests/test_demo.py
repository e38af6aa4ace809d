from typing import Any

import pytest
from django.core.management import call_command

from accounts.users.models import User
from social.posts.demo_texts import TEXTS
from social.posts.models import Post, PostImage

pytestmark = pytest.mark.django_db


def test_the_demo_world_has_people_with_pictures_who_have_said_something(settings: Any) -> None:
    settings.DEBUG = True
    call_command("demo")
    assert User.objects.exclude(avatar_key="").count() == 30
    assert Post.objects.count() == len(TEXTS)
    assert PostImage.objects.count() == sum(bool(text.alt) for text in TEXTS)
    assert User.objects.get(username="ana").check_password("hubbub-demo")
