"""Error codes of one's own data."""

CODES = {
    "export_too_soon": "There is one archive a day: `details.retry_after` says in how many seconds the next can be made.",
}
