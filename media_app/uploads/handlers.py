"""What follows an upload's steps."""

from core.events.registry import on
from core.realtime.push import push
from core.storage import store
from media_app.uploads import tasks
from media_app.uploads.events import UploadDiscarded, UploadFailed, UploadReady, UploadReceived
from media_app.uploads.models import Upload
from media_app.uploads.wire import UploadUpdated


@on(UploadReceived)
def process(event: UploadReceived) -> None:
    tasks.process_upload.delay(str(event.upload_id))


@on(UploadReady, UploadFailed)
def discard_original(event: UploadReady | UploadFailed) -> None:
    tasks.discard_original.delay(str(event.upload_id))


@on(UploadReady, UploadFailed)
def tell_owner(event: UploadReady | UploadFailed) -> None:
    if upload := Upload.objects.filter(pk=event.upload_id).first():
        push(f"user:{upload.owner_id}", UploadUpdated(id=upload.pk, state=upload.state, failure=upload.failure))


@on(UploadDiscarded)
def delete_objects(event: UploadDiscarded) -> None:
    for key in event.keys:
        store.delete(key)
