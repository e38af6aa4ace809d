"""Settings of the server processes the tests start: the people and the echo slice of ``core.realtime.tests``, and a Redis of their own."""

import os

from config.settings.test import *  # noqa: F403 - as settings do

SLICES = ["core.realtime", "core.realtime.tests.echo"]
REALTIME_AUTHENTICATOR = "core.realtime.tests.people.TestAuthenticator"
REALTIME_REDIS_URL = os.environ["REALTIME_TEST_REDIS_URL"]
REALTIME_PREFIX = "process-test"
REALTIME_LIMITS = {}  # those of the tests name commands that are not there
