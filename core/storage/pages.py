"""The door to objects on disk: what a bucket would answer to the same signed requests. Closed when objects lie in S3."""

import re
import time
from collections.abc import Iterator
from typing import IO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.storage import store
from core.storage.contract import PUBLIC_CACHE, PUBLIC_PREFIX, checked_key, content_type_of, disposition_of
from core.storage.disk import DiskStore, allows

CHUNK_BYTES = 1 << 16
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})\Z", re.ASCII)  # no object is so large that it needs more


@csrf_exempt  # the signature in the URL is the authority; cookies are not looked at
@require_http_methods(["GET", "HEAD", "PUT"])
def media_object(request: HttpRequest, key: str) -> HttpResponseBase:
    """One object: read it if it is public or the URL is signed for reading, write it once if the URL is signed for writing."""
    disk = store.current()
    try:
        checked_key(key)
    except ValueError:
        raise Http404 from None
    if not isinstance(disk, DiskStore):
        raise Http404
    query = {name: value for name, value in request.GET.items() if isinstance(value, str)}
    if request.method == "PUT":
        return receive(request, disk, key) if allows("PUT", key, query) else refusal(403)
    if not key.startswith(PUBLIC_PREFIX) and not allows("GET", key, query):
        return refusal(403)
    return deliver(request, disk, key)


def receive(request: HttpRequest, disk: DiskStore, key: str) -> HttpResponse:
    """Stream the body into the object the URL was signed for. 403 when it is not what was signed, 412 when the object is there."""
    size = int(request.GET["size"])
    if request.headers.get("Content-Length") != str(size) or request.headers.get("Content-Type") != request.GET["type"]:
        return refusal(403)
    if disk.exists(key):
        return refusal(412)
    with disk.incoming() as part:
        received = 0
        while received <= size and (chunk := request.read(CHUNK_BYTES)):
            part.write(chunk)
            received += len(chunk)
        if received != size:
            return refusal(400)
        try:
            disk.save_new(key, part)
        except FileExistsError:
            return refusal(412)
    return HttpResponse(status=200)


def deliver(request: HttpRequest, disk: DiskStore, key: str) -> HttpResponseBase:
    """The object, or the one range of it that was asked for."""
    try:
        file, size = disk.open(key), disk.size(key)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise Http404 from None
    response: HttpResponse | FileResponse | StreamingHttpResponse
    wanted = requested_range(request.headers.get("Range", ""), size)
    if wanted is None:
        response = FileResponse(file)
        response["Content-Length"] = str(size)
    elif wanted[0] >= size or wanted[0] > wanted[1]:
        file.close()
        response = refusal(416)
        response["Content-Range"] = f"bytes */{size}"
    else:
        first, last = wanted
        response = StreamingHttpResponse(slices(file, first, last - first + 1), status=206)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
        response["Content-Length"] = str(last - first + 1)
    name = disposition_of(key, request.GET.get("name"))
    response["Content-Type"] = content_type_of(key)
    response["Content-Disposition"] = content_disposition_header(name is not None, name or "") or "inline"
    response["Accept-Ranges"] = "bytes"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    public = key.startswith(PUBLIC_PREFIX)
    response["Cache-Control"] = PUBLIC_CACHE if public else f"private, max-age={max(0, int(request.GET['expires']) - int(time.time()))}"
    return response


def requested_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a single range (RFC 9110 §14.1.2); None for what we answer whole: no range, several, or nonsense."""
    match = _RANGE.match(header)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return (max(0, size - int(last)), size - 1) if int(last) else (size, size - 1)
    return int(first), min(int(last), size - 1) if last else size - 1


def slices(file: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        while length > 0 and (chunk := file.read(min(CHUNK_BYTES, length))):
            length -= len(chunk)
            yield chunk


def refusal(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain")
