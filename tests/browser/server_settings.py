"""Settings of the processes the browser tests start: those of the tests, with files and mail in a directory of their own and tasks by a worker."""

import os
from pathlib import Path

from config.settings.test import *  # noqa: F403 - as settings do

ROOT_URLCONF = "tests.browser.urls"
WHITENOISE_USE_FINDERS = True
DEV_DIR = Path(os.environ["BROWSER_TEST_DIRECTORY"])
MEDIA_ROOT = DEV_DIR / "media"
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = DEV_DIR / "mail"
SMS_TRANSPORT = "core.sms.transports.Folder"
CELERY_TASK_ALWAYS_EAGER = False
