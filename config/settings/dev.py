"""Development: everything on this machine, nothing to configure."""

from config.env import BASE_DIR
from config.settings.base import *
from config.settings.base import SECRET_KEY

DEBUG = True
SECRET_KEY = SECRET_KEY or "development-only-" + "not-a-secret-" * 4
SIMPLE_JWT["SIGNING_KEY"] = SECRET_KEY  # noqa: F405
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
MAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / ".dev" / "mail"
SMS_TRANSPORT = SMS_TRANSPORT or "core.sms.transports.Folder"  # noqa: F405
STAFF_NEED_SECOND_FACTOR = False
