"""Writing an object of unknown size into a bucket: in parts, of which one at a time is in memory."""

import io
from typing import Any

PART_BYTES = 8 << 20  # S3 takes 10,000 parts, none but the last below 5 MiB: objects up to 78 GiB


class PartWriter(io.RawIOBase):
    """A file whose bytes go to the bucket part by part. The object exists from ``complete`` on; ``abort`` leaves nothing."""

    def __init__(self, client: Any, target: dict[str, str], **extra: str) -> None:
        self.client = client
        self.target = target
        self.waiting = bytearray()
        self.parts: list[dict[str, Any]] = []
        self.upload_id: str = client.create_multipart_upload(**target, **extra)["UploadId"]

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting += data
        while len(self.waiting) >= PART_BYTES:
            self._send(bytes(self.waiting[:PART_BYTES]))
            del self.waiting[:PART_BYTES]
        return memoryview(data).nbytes

    def complete(self) -> None:
        if self.waiting or not self.parts:
            self._send(bytes(self.waiting))
        self.client.complete_multipart_upload(**self.target, UploadId=self.upload_id, MultipartUpload={"Parts": self.parts})

    def abort(self) -> None:
        self.client.abort_multipart_upload(**self.target, UploadId=self.upload_id)

    def _send(self, content: bytes) -> None:
        number = len(self.parts) + 1
        sent = self.client.upload_part(**self.target, UploadId=self.upload_id, PartNumber=number, Body=content)
        self.parts.append({"PartNumber": number, "ETag": sent["ETag"]})
