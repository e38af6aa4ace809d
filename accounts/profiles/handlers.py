"""Shows a picture somebody chose once it is ready."""

from accounts.profiles import services
from core.events.registry import on
from media_app.uploads.events import UploadReady


@on(UploadReady)
def show_chosen_picture(event: UploadReady) -> None:
    services.show_chosen(upload_id=event.upload_id)
