"""Every setting an operator can make, typed, in one place.

The environment (or a ``.env`` file beside ``manage.py``) is read once, at start. All problems are reported together and no value is
ever printed. ``.env.example`` is generated from this file (``python -m config.env``) and a test keeps the two alike.
"""

import json
import sys
from ipaddress import ip_network
from pathlib import Path
from typing import Literal, get_origin
from urllib.parse import urlsplit

from limits import parse
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.limits import LIMITS
from config.redis_urls import first_database
from core.realtime.limits import Limit

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_LENGTH = 50
SECRET_VARIETY = 12  # different characters; fifty random ones of base64 have about 35
PLACEHOLDERS = ("not-a-secret", "change-me", "changeme", "django-insecure", "development", "example", "placeholder", "your-secret")
SCHEMES = {"database_url": ("postgresql", "postgres"), "redis_url": ("redis", "rediss"), "email_url": ("smtp", "smtps")}


class Env(BaseSettings):
    """The environment as typed values. Field descriptions become the comments of ``.env.example``."""

    model_config = SettingsConfigDict(
        env_file=BASE_DIR / ".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        enable_decoding=False,  # JSON is read below, where a mistake in it is one problem among the others
    )

    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs sessions, tokens and links. Required in production: 50 characters or more, random."
    )
    debug: bool = Field(False, description="Pages that show what went wrong, to anybody. Development has them anyway; production refuses them.")
    site_url: str = Field("http://localhost:8000", description="Where people reach Hubbub, scheme and host, no slash at the end.")
    site_name: str = Field("Hubbub", description="What the site calls itself.")
    allowed_hosts: list[str] = Field(
        default_factory=list, description='Host names answered, as JSON: ["hubbub.example"]. Required in production; "*" is refused.'
    )
    trusted_proxies: list[str] = Field(default_factory=list, description='Networks whose X-Forwarded-For is believed, as JSON: ["10.0.0.0/8"].')

    database_url: str = Field("", description="postgresql://… ; empty: the embedded server in .dev/ (development and tests only).")
    threads_keep_connections: bool = Field(
        False,
        description="Each thread keeps a connection to PostgreSQL instead of borrowing one: set by servers whose threads last (core.web.server).",
    )
    database_statement_seconds: int = Field(
        0, ge=0, description="PostgreSQL breaks off a statement after so many seconds; 0: never. For what people wait for, not for workers."
    )
    redis_url: str = Field("", description="redis://… ; empty: the embedded server in .dev/ (development and tests only).")
    redis_database: int = Field(0, ge=0, description="First of the three numbered Redis databases that are used. 0: the one redis_url names.")

    s3_bucket: str = Field("", description="Bucket for media. Empty: files lie on disk under media_root.")
    s3_endpoint_url: str = Field("", description="Endpoint of an S3-compatible store; empty for AWS itself.")
    s3_public_endpoint_url: str = Field("", description="The same store as browsers reach it, when that differs.")
    s3_region: str = Field("us-east-1", description="Region of the bucket.")
    s3_access_key_id: str = Field("", description="Access key; empty: the machine's own role.")
    s3_secret_access_key: SecretStr = Field(SecretStr(""), description="Secret of that key.")
    upload_image_max_bytes: int = Field(15_000_000, ge=1, description="Largest picture accepted, in bytes.")
    media_root: Path = Field(BASE_DIR / ".dev" / "media", description="Where media lies when there is no bucket.")

    email_url: str = Field("", description="smtp://user:password@host:587?tls=true ; empty: development writes mail to .dev/mail.")
    default_from_email: str = Field("Hubbub <hello@localhost>", description="Sender of mail.")

    twilio_account_sid: str = Field(
        "", description="Account at Twilio that sends text messages. Empty: development keeps them in .dev/sms, others offer no phones."
    )
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Secret of that account.")
    twilio_sender: str = Field("", description="The number they come from (+15005550006), or a messaging service (MG…).")
    twilio_api_url: str = Field("https://api.twilio.com", description="Where Twilio is, when that is another region.")
    phone_region: str = Field("", description="Two letters of the country of numbers typed without +, such as PT. Empty: the + is needed.")

    captcha_provider: Literal["", "hcaptcha", "recaptcha", "turnstile"] = Field(
        "", description="Who tells people from programs at sign-up; empty: nobody."
    )
    captcha_site_key: str = Field("", description="The key that stands in the page.")
    captcha_secret_key: SecretStr = Field(SecretStr(""), description="The key that asks the provider whether the answer was right.")
    captcha_verify_url: str = Field("", description="Where answers are checked, when that is not the provider's usual address.")

    limits: dict[str, str] = Field(
        default_factory=dict, description='Limits by scope, as JSON: {"sign_in": "5/15 minutes"}. The scopes stand in docs.'
    )
    realtime_allowed_origins: list[str] = Field(
        default_factory=list, description='Other sites whose pages may open the socket, as JSON: ["https://app.example"].'
    )
    realtime_limits: dict[str, list[str]] = Field(
        default_factory=dict,
        description='How often one person may send a socket command, instead of what is built in: {"message:send": ["30/m", "5/s"]}.',
    )
    realtime_frames_per_second: int = Field(60, ge=1, description="Frames of any kind one socket may send a second.")
    realtime_sockets_per_person: int = Field(10, ge=1, description="Sockets one person may have open at once.")

    google_client_id: str = Field("", description="OAuth client of the site at Google; empty: nobody signs in with Google.")
    google_client_secret: SecretStr = Field(SecretStr(""), description="Secret of that client.")
    google_app_client_ids: list[str] = Field(
        default_factory=list, description="OAuth clients of phone apps whose ID tokens are taken as well, as JSON."
    )
    google_issuer: str = Field("https://accounts.google.com", description="Who is asked; another OpenID provider is for tests.")
    passkey_origins: list[str] = Field(
        default_factory=list, description='Apps that may use passkeys of this site, as JSON: ["android:apk-key-hash:…"].'
    )

    sentry_dsn: SecretStr = Field(SecretStr(""), description="Errors are sent there; empty: nowhere.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that opens /metrics from anywhere; empty: only METRICS_NETWORKS may read it."
    )
    metrics_networks: list[str] = Field(
        default_factory=lambda: ["127.0.0.0/8", "::1/128"], description="Networks that may read /metrics without a token, as JSON."
    )
    log_format: Literal["console", "json"] = Field("console", description="How log lines look.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged.")

    @field_validator("*", mode="before")
    @classmethod
    def _read_json(cls, value: object, field: ValidationInfo) -> object:
        if not isinstance(value, str) or get_origin(cls.model_fields[str(field.field_name)].annotation) not in {list, dict}:
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise ValueError("must be JSON") from None

    @field_validator("redis_url")
    @classmethod
    def _redis_database_is_a_number(cls, value: str) -> str:
        try:
            first_database(value)
        except ValueError:
            raise ValueError("may end with the number of a database, and with nothing else") from None
        return value

    @field_validator("trusted_proxies", "metrics_networks")
    @classmethod
    def _networks_are_networks(cls, value: list[str]) -> list[str]:
        try:
            return [str(ip_network(network, strict=False)) for network in value]
        except ValueError:
            raise ValueError('must be networks, such as ["10.0.0.0/8"]') from None

    @field_validator("limits")
    @classmethod
    def _limits_are_rates_of_scopes(cls, value: dict[str, str]) -> dict[str, str]:
        if not value.keys() <= LIMITS.keys():
            raise ValueError(f"names a scope there is not. There are: {', '.join(LIMITS)}")
        try:
            rates = [parse(rate) for rate in value.values()]
        except ValueError:
            raise ValueError('must be rates, such as "5/15 minutes"') from None
        if any(rate.amount < 1 for rate in rates):
            raise ValueError("must let at least one through")
        return value

    @field_validator("realtime_limits")
    @classmethod
    def _limits_of_commands_are_rates(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        """Which commands there are is known once the slices are loaded: ``core.realtime`` looks then."""
        try:
            for rates in value.values():
                for rate in rates:
                    Limit.parse(rate)
        except ValueError:
            raise ValueError('must be rates by second, minute or hour, such as {"message:send": ["30/m", "5/s"]}') from None
        return value


class ProductionEnv(Env):
    """What production insists on besides. A check says what is wanted and never what was found."""

    model_config = SettingsConfigDict(validate_default=True)

    @field_validator("secret_key")
    @classmethod
    def _secret_is_strong(cls, value: SecretStr) -> SecretStr:
        secret = value.get_secret_value()
        if len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_VARIETY:
            raise ValueError(f"needs at least {SECRET_LENGTH} random characters. One way to make them: openssl rand -base64 48")
        if any(word in secret.lower() for word in PLACEHOLDERS):
            raise ValueError("looks like a placeholder from an example. One way to make a real one: openssl rand -base64 48")
        return value

    @field_validator("debug")
    @classmethod
    def _debug_is_off(cls, value: bool) -> bool:
        if value:
            raise ValueError("must be off: its error pages show code and settings to anybody")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _hosts_are_named(cls, value: list[str]) -> list[str]:
        if not value or any("*" in host for host in value):
            raise ValueError('must list the host names that are answered, without "*"')
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_not_everybody(cls, value: list[str]) -> list[str]:
        if any(ip_network(network).prefixlen == 0 for network in value):
            raise ValueError("must not be every address: anybody could then claim to be anybody")
        return value

    @field_validator("site_url")
    @classmethod
    def _site_is_encrypted(cls, value: str) -> str:
        if urlsplit(value).scheme != "https" or urlsplit(value).hostname in {None, "localhost"}:
            raise ValueError("must be the https:// address people use")
        return value

    @field_validator("database_url", "redis_url", "email_url")
    @classmethod
    def _service_is_named(cls, value: str, field: ValidationInfo) -> str:
        schemes = SCHEMES[str(field.field_name)]
        if urlsplit(value).scheme not in schemes:
            raise ValueError(f"is required in production and starts with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return value

    @field_validator("default_from_email")
    @classmethod
    def _sender_is_ours(cls, value: str) -> str:
        if "@" not in value or "@localhost" in value:
            raise ValueError("must be an address of this site, to which people can answer")
        return value

    @field_validator("google_client_secret")
    @classmethod
    def _google_is_whole(cls, value: SecretStr, fields: ValidationInfo) -> SecretStr:
        if bool(value.get_secret_value()) != bool(fields.data.get("google_client_id")):
            raise ValueError("belongs to GOOGLE_CLIENT_ID: set both or neither")
        return value

    @field_validator("google_issuer")
    @classmethod
    def _google_is_encrypted(cls, value: str) -> str:
        if urlsplit(value).scheme != "https":
            raise ValueError("must be an https:// address")
        return value

    @field_validator("s3_secret_access_key")
    @classmethod
    def _keys_come_in_pairs(cls, value: SecretStr, fields: ValidationInfo) -> SecretStr:
        if bool(value.get_secret_value()) != bool(fields.data.get("s3_access_key_id")):
            raise ValueError("belongs to S3_ACCESS_KEY_ID: set both or neither")
        return value

    @field_validator("twilio_sender")
    @classmethod
    def _twilio_is_whole(cls, value: str, fields: ValidationInfo) -> str:
        token = fields.data.get("twilio_auth_token")
        if len({bool(value), bool(fields.data.get("twilio_account_sid")), bool(token and token.get_secret_value())}) > 1:
            raise ValueError("belongs to TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN: set all or none")
        return value

    @field_validator("captcha_secret_key")
    @classmethod
    def _captcha_is_whole(cls, value: SecretStr, fields: ValidationInfo) -> SecretStr:
        if len({bool(value.get_secret_value()), bool(fields.data.get("captcha_provider")), bool(fields.data.get("captcha_site_key"))}) > 1:
            raise ValueError("belongs to CAPTCHA_PROVIDER and CAPTCHA_SITE_KEY: set all or none")
        return value


def load(kind: type[Env] = Env) -> Env:
    """Read the environment or stop the program with every problem on its own line, values withheld."""
    try:
        return kind()
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, problem['loc'])).upper()}: {problem['msg'].removeprefix('Value error, ')}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        sys.exit("Hubbub cannot start, the configuration has problems:\n" + "\n".join(lines))


def example() -> str:
    """The text of ``.env.example``: every setting with what it is for and its default."""
    lines = ["# Copy to .env and change what differs. Everything has a default in development. Made by: python -m config.env", ""]
    for name, field in Env.model_fields.items():
        lines += [f"# {field.description}", f"{name.upper()}={_as_text(field.get_default(call_default_factory=True))}", ""]
    return "\n".join(lines)


def _as_text(value: object) -> str:
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Path():
            return str(value.relative_to(BASE_DIR))
        case bool() | list() | dict():
            return json.dumps(value)
        case _:
            return str(value)


if __name__ == "__main__":
    sys.stdout.write(example())
