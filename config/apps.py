"""App configurations that put our choices in the place of a package's."""

from django.contrib.admin.apps import AdminConfig


class HubbubAdminConfig(AdminConfig):
    """Django's admin on our site class."""

    default_site = "config.admin_site.HubbubAdminSite"
