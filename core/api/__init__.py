"""The REST dialect every slice speaks: envelope, errors, paging, limits, idempotency."""
