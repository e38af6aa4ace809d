"""Close codes of the socket. They are part of the API: clients decide by them whether, and how, to come back."""

from enum import IntEnum


class CloseCode(IntEnum):
    """Why the server closed. ``resumable`` ones: connect again (with back-off) and ``resume``."""

    NORMAL = 1000
    RESTARTING = 1012
    TRY_LATER = 1013
    SLOW_READER = 4008
    BAD_FRAMES = 4400
    NOT_AUTHENTICATED = 4401
    SESSION_REVOKED = 4403
    AUTHENTICATION_TIMEOUT = 4408
    TOO_MANY_SOCKETS = 4409
    FLOOD = 4429

    @property
    def meaning(self) -> str:
        return MEANINGS[self]

    @property
    def resumable(self) -> bool:
        return self in {CloseCode.RESTARTING, CloseCode.TRY_LATER, CloseCode.SLOW_READER, CloseCode.FLOOD, CloseCode.NOT_AUTHENTICATED}


MEANINGS = {
    CloseCode.NORMAL: "The client asked for it.",
    CloseCode.RESTARTING: "This server goes away. Connect again after a short random wait and resume.",
    CloseCode.TRY_LATER: "Too busy, or something Hubbub stands on does not answer. Connect again after a while and resume.",
    CloseCode.SLOW_READER: "More was waiting to be read than the server keeps for one socket. Connect again and resume: nothing is lost.",
    CloseCode.BAD_FRAMES: "Too many frames that could not be understood, or a token in the address.",
    CloseCode.NOT_AUTHENTICATED: "The token or the session is not valid, or no longer. Get a new token, connect again and resume.",
    CloseCode.SESSION_REVOKED: "The session was ended. Sign in again.",
    CloseCode.AUTHENTICATION_TIMEOUT: "No valid `authenticate` came in time.",
    CloseCode.TOO_MANY_SOCKETS: "This person has as many sockets open as are allowed.",
    CloseCode.FLOOD: "Frames kept coming far faster than the limit. Wait, connect again and resume.",
}
