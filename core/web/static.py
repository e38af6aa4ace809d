"""How static files are served in production: under names that carry their hash, compressed beforehand, cached for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Rewrites the ``import`` paths of our own ES modules too, so that no bundler is needed and no import map (which would be inline script).

    Scripts of packages are hashed as they are: they import nothing, and some only look as if they did. Of style sheets only ``url()`` is
    rewritten: the one that uses ``@import`` is the input of the build.
    """

    patterns = (
        ("*.css", CompressedManifestStaticFilesStorage.patterns[0][1][:1]),
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
