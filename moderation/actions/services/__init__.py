"""What moderators and other staff do, each act with its row of the audit trail: about what was reported (``cases``), and without a report
(``directly``).
"""

from moderation.actions.services.cases import claim, dismiss, hide_content, lift_suspension, release, suspend_person, unhide_content
from moderation.actions.services.directly import (
    close_account,
    end_sessions,
    hide_thing,
    keep_account,
    lift,
    note_edit,
    remove_relation,
    reopen_account,
    reset_second_factor,
    set_verified,
    suspend,
    unhide_thing,
    verify_address,
)

__all__ = [
    "claim",
    "close_account",
    "dismiss",
    "end_sessions",
    "hide_content",
    "hide_thing",
    "keep_account",
    "lift",
    "lift_suspension",
    "note_edit",
    "release",
    "remove_relation",
    "reopen_account",
    "reset_second_factor",
    "set_verified",
    "suspend",
    "suspend_person",
    "unhide_content",
    "unhide_thing",
    "verify_address",
]
