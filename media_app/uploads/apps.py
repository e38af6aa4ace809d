from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "media_app.uploads"
    label = "media_uploads"
    verbose_name = "Uploads"

    def ready(self) -> None:
        from core import personal_data
        from media_app.uploads.personal import KEEPER

        personal_data.register(KEEPER)
