"""How gunicorn serves pages and REST: threads, because a request mostly waits for PostgreSQL."""

import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8  # each keeps a connection to PostgreSQL
timeout = 60
graceful_timeout = 30
keepalive = 75  # longer than nginx keeps its side, so that nginx is the one to close
max_requests = 20_000
max_requests_jitter = 2_000
raw_env = ["THREADS_KEEP_CONNECTIONS=true"]
worker_tmp_dir = "/dev/shm"  # noqa: S108 - the heartbeat file must not wait for a disk
forwarded_allow_ips = "*"  # only nginx reaches this port; whose X-Forwarded-For counts is TRUSTED_PROXIES' business
