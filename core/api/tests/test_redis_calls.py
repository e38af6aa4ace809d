import socket

import pytest
import redis
from django.conf import settings

from core.redis_calls import Calls, Script

URL = settings.CACHES["default"]["LOCATION"]
ADD = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")


def test_a_command_is_answered_over_a_connection_that_is_kept() -> None:
    ask = Calls(URL)
    ask("SET", "name", "value")
    assert ask("GET", "name") == b"value"
    assert len(ask._idle) == 1


def test_a_script_is_sent_where_redis_does_not_know_it() -> None:
    ask = Calls(URL)
    for _ in range(2):
        ask("SCRIPT", "FLUSH")
        assert ask.script(ADD, ["sum"], 2) % 2 == 0
    assert ask.script(ADD, ["sum"], 2) == 6


def test_a_connection_that_was_closed_meanwhile_is_replaced() -> None:
    ask = Calls(URL)
    ask("PING")
    ask._idle[0]._socket.close()
    assert ask("PING") == b"PONG"
    ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert ask("PING") == b"PONG"


def test_connections_may_be_lost_as_often_as_they_are() -> None:
    ask = Calls(URL)
    for _ in range(120):  # redis-py stops at 100
        assert ask("PING") == b"PONG"
        ask._idle.pop().close()


def test_a_refused_command_leaves_the_connection_usable() -> None:
    ask = Calls(URL)
    with pytest.raises(redis.ResponseError):
        ask("NONSENSE")
    assert ask("PING") == b"PONG"


def test_a_redis_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(redis.RedisError):
        Calls("unix:///nowhere/redis.sock")("PING")


def test_a_redis_that_hangs_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ask = Calls(URL)
        ask("PING")
        ask._idle[0]._connection.disconnect()
        ask._idle[0]._socket = socket.create_connection(silent.getsockname())
        ask._idle[0]._give_up_in_time()
        with pytest.raises(redis.TimeoutError):
            ask("PING")
        assert not ask._idle
        assert ask("PING") == b"PONG"
