#!/usr/bin/env python
"""Hubbub's command line: ``python manage.py help`` lists what it can do.

Where DATABASE_URL or REDIS_URL is missing, the embedded servers run for as long as the command does.
"""

import os
import sys
from contextlib import ExitStack

NEED_NO_SERVERS = {"help", "version", "--help", "--version", "check", "collectstatic", "spectacular", "makemessages", "compilemessages"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line

    with ExitStack() as servers:
        if os.environ["DJANGO_SETTINGS_MODULE"] == "config.settings.dev" and not NEED_NO_SERVERS.issuperset(sys.argv[1:2]):
            from config.env import BASE_DIR, load
            from core.embedded.home import Home
            from core.embedded.keeper import using

            env = load()
            if not (env.database_url and env.redis_url):
                servers.enter_context(using(Home(BASE_DIR / ".dev")))
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
