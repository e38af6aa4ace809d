"""Every setting an operator can make, typed, in one place.

The environment (or a ``.env`` file beside ``manage.py``) is read once, at start. All problems are reported together and no value is
ever printed. ``.env.example`` is generated from this file (``python -m config.env``) and a test keeps the two alike.
"""

import sys
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

BASE_DIR = Path(__file__).resolve().parent.parent


class Env(BaseSettings):
    """The environment as typed values. Field descriptions become the comments of ``.env.example``."""

    model_config = SettingsConfigDict(env_file=BASE_DIR / ".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)

    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs sessions, tokens and links. Required in production: 50 characters or more, random."
    )
    site_url: str = Field("http://localhost:8000", description="Where people reach Hubbub, scheme and host, no slash at the end.")
    site_name: str = Field("Hubbub", description="What the site calls itself.")
    allowed_hosts: list[str] = Field(
        default_factory=list, description='Host names answered, as JSON: ["hubbub.example"]. Required in production; "*" is refused.'
    )
    trusted_proxies: list[str] = Field(default_factory=list, description='Networks whose X-Forwarded-For is believed, as JSON: ["10.0.0.0/8"].')

    database_url: str = Field("", description="postgresql://… ; empty: the embedded server in .dev/ (development and tests only).")
    redis_url: str = Field("", description="redis://… ; empty: the embedded server in .dev/ (development and tests only).")
    redis_database: int = Field(0, ge=0, description="First of the three numbered Redis databases that are used.")

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

    sentry_dsn: SecretStr = Field(SecretStr(""), description="Errors are sent there; empty: nowhere.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that opens /metrics from anywhere; empty: only METRICS_NETWORKS may read it."
    )
    metrics_networks: list[str] = Field(
        default_factory=lambda: ["127.0.0.0/8", "::1/128"], description="Networks that may read /metrics without a token, as JSON."
    )
    log_format: Literal["console", "json"] = Field("console", description="How log lines look.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged.")


def load() -> Env:
    """Read the environment or stop the program with every problem on its own line, values withheld."""
    try:
        return Env()
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}" for problem in error.errors(include_input=False, include_url=False)
        ]
        sys.exit("Hubbub cannot start, the configuration has problems:\n" + "\n".join(lines))
