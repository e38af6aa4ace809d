"""How static files are served in production: under names that carry their hash, compressed beforehand, cached for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Rewrites the ``import`` paths of our own ES modules too, so that no bundler is needed and no import map (which would be inline script).

    Scripts of packages are hashed as they are: they import nothing, and some only look as if they did.
    """

    patterns = (
        *(rule for rule in CompressedManifestStaticFilesStorage.patterns if rule[0] == "*.css"),
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
