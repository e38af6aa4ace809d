"""How text messages leave: by Twilio, or into a directory of this machine. ``settings.SMS_TRANSPORT`` names one; callers know only the outbox."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import httpx
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)
TIMEOUT = 10.0  # seconds
OURS_TO_MEND = frozenset({401, 403, 404, 429})  # wrong keys, money, patience: the same text goes once that is put right


class Refused(Exception):
    """The other side will not take the text. ``is_final``: not this one, ever (a number that is none, or whose owner wants no texts)."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Transport(Protocol):
    def send(self, *, recipient: str, text: str) -> None:
        """Hand one text over. Raises whatever went wrong; Refused where it is known."""


class Twilio:
    """https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""

    def send(self, *, recipient: str, text: str) -> None:
        sender = "MessagingServiceSid" if settings.TWILIO_SENDER.startswith("MG") else "From"
        answer = httpx.post(
            f"{settings.TWILIO_API_URL}/2010-04-01/Accounts/{settings.TWILIO_ACCOUNT_SID}/Messages.json",
            data={"To": recipient, "Body": text, sender: settings.TWILIO_SENDER},
            auth=(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN),
            timeout=TIMEOUT,
            trust_env=False,
        )
        if answer.status_code >= 400:
            raise Refused(
                f"Twilio {answer.status_code} {_code(answer)}", is_final=answer.status_code < 500 and answer.status_code not in OURS_TO_MEND
            )


def _code(answer: httpx.Response) -> str:
    """Twilio's own error number. Its words are left out, for they may repeat ours."""
    try:
        return str(answer.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""


class Folder:
    """Development: a file for each text in ``.dev/sms``, and a line on the console. They are read at /dev/sms/."""

    def send(self, *, recipient: str, text: str) -> None:
        now = datetime.now(UTC)
        log.info("text_message", recipient=recipient, words=text)
        folder: Path = settings.DEV_DIR / "sms"
        folder.mkdir(parents=True, exist_ok=True)
        kept = {"to": recipient, "text": text, "at": now.isoformat()}
        (folder / f"{now:%Y%m%d-%H%M%S-%f}.json").write_text(json.dumps(kept), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the development folder."""

    to: str
    text: str
    at: datetime


def read_folder(folder: Path) -> list[Text]:
    """The texts in ``folder``, newest first."""
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"), reverse=True)[:100]]
    return [Text(text["to"], text["text"], datetime.fromisoformat(text["at"])) for text in kept]
