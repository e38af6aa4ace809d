from django.apps import AppConfig


class UploadsConfig(AppConfig):
    name = "media_app.uploads"
    label = "media_uploads"
    verbose_name = "Uploads"
