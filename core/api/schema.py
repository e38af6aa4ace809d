"""How drf-spectacular sees our endpoints: the envelope around every answer, the error body for every refusal."""

from drf_spectacular.openapi import AutoSchema


class EnvelopeAutoSchema(AutoSchema):
    """Describes what the renderer really sends."""
