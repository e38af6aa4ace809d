"""Tests: the real servers, on data of their own; only password hashing is made cheap."""

from config.settings.base import *
from config.settings.base import SECRET_KEY

SECRET_KEY = SECRET_KEY or "test-only-" + "not-a-secret-" * 4
SIMPLE_JWT["SIGNING_KEY"] = SECRET_KEY  # noqa: F405
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
SMS_TRANSPORT = "core.sms.testing.Memory"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LIMITS = dict.fromkeys(LIMITS, "100000/minute")  # noqa: F405  tests of limits set their own
REALTIME_LIMITS = {"message:send": ["100000/m"]}
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STAFF_NEED_SECOND_FACTOR = False
