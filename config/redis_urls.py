"""One Redis, several numbered databases: how each is addressed by whom."""

from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

UNIX = "unix"


def first_database(url: str) -> int:
    """The number an address names itself; 0 where it names none. Raises ValueError for a path or number Redis would not know."""
    parts = urlsplit(url)
    named = dict(parse_qsl(parts.query)).get("db") or ("" if parts.scheme == UNIX else parts.path.strip("/"))
    return int(named) if named.isascii() and named.isdigit() else _none(named)


def redis_database(url: str, number: int) -> str:
    """The same server, another numbered database. Unix sockets take it as a query, TCP as a path; whatever else was asked for stays."""
    parts, query = _taken_apart(url)
    if parts.scheme == UNIX:
        return f"{UNIX}://{parts.netloc}{parts.path}?{urlencode([*query, ('db', str(number))], safe='/')}"
    return urlunsplit((parts.scheme, parts.netloc, f"/{number}", urlencode(query, safe="/"), ""))


def celery_url(url: str, number: int) -> str:
    """The same in Celery's spelling, which differs for Unix sockets."""
    parts, query = _taken_apart(url)
    if parts.scheme != UNIX:
        return redis_database(url, number)
    return f"redis+socket://{parts.netloc}{parts.path}?{urlencode([*query, ('virtual_host', str(number))], safe='/')}"


def _taken_apart(url: str) -> tuple[SplitResult, list[tuple[str, str]]]:
    """The address, and what its query asks for besides a database."""
    parts = urlsplit(url)
    return parts, [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "db"]


def _none(named: str) -> int:
    if named:
        raise ValueError("the path of Redis is the number of a database")
    return 0
