"""Production: refuses to start unsafe."""

from urllib.parse import parse_qs, unquote, urlsplit

from config.env import ProductionEnv, load

env = load(ProductionEnv)  # before anything else is decided

from config.settings.base import *  # noqa: E402

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [env.site_url.rstrip("/")]  # where a proxy in front leaves the port out of Host
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]  # asked from inside, over plain HTTP
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.web.static.HashedFiles"},
}

mail = urlsplit(env.email_url)
MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = mail.hostname or ""
EMAIL_PORT = mail.port or (465 if mail.scheme == "smtps" else 587)
EMAIL_HOST_USER = unquote(mail.username or "")
EMAIL_HOST_PASSWORD = unquote(mail.password or "")
EMAIL_USE_SSL = mail.scheme == "smtps"
EMAIL_USE_TLS = not EMAIL_USE_SSL and parse_qs(mail.query).get("tls", ["true"]) == ["true"]
EMAIL_TIMEOUT = 10
