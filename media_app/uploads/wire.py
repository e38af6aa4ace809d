"""What the owner's sockets see of an upload."""

from uuid import UUID

from core.realtime.registry import Outbound


class UploadUpdated(Outbound, type="upload:updated"):
    """It is ready, or it failed: ``failure`` says why, as ``GET uploads/{id}`` does."""

    id: UUID
    state: str
    failure: str
