"""Making archives, and ending accounts."""

from accounts.data.services.deletions import (
    clear_away_sign_up,
    due_deletions,
    erase,
    give_up_unconfirmed,
    keep_account,
    remind,
    request_deletion,
)
from accounts.data.services.exports import build_export, discard_outdated, due_exports, start_export

__all__ = [
    "build_export",
    "clear_away_sign_up",
    "discard_outdated",
    "due_deletions",
    "due_exports",
    "erase",
    "give_up_unconfirmed",
    "keep_account",
    "remind",
    "request_deletion",
    "start_export",
]
