from django.apps import AppConfig


class StorageConfig(AppConfig):
    name = "core.storage"
    label = "core_storage"
    verbose_name = "Storage"
