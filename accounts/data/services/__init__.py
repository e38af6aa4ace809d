"""Making archives, and ending accounts."""

from accounts.data.services.deletions import due_deletions, erase, keep_account, remind, request_deletion
from accounts.data.services.exports import build_export, discard_outdated, due_exports, start_export

__all__ = [
    "build_export",
    "discard_outdated",
    "due_deletions",
    "due_exports",
    "erase",
    "keep_account",
    "remind",
    "request_deletion",
    "start_export",
]
