"""What an operator watches: how many sockets, how much goes over them, what is given up."""

from prometheus_client import Counter, Gauge, Histogram

connections = Gauge("hubbub_sockets", "Sockets open and authenticated in this process.", multiprocess_mode="livesum")
frames_in = Counter("hubbub_socket_frames_in_total", "Frames from clients, by command.", ["type"])
frames_out = Counter("hubbub_socket_frames_out_total", "Frames queued for clients.")
refused = Counter("hubbub_socket_refused_total", "Frames answered with an error, by code.", ["code"])
closes = Counter("hubbub_socket_closes_total", "Sockets the server closed, by close code.", ["code"])
push_failures = Counter("hubbub_socket_push_failures_total", "Operations that did not reach the other processes.")
gaps = Counter("hubbub_socket_gaps_total", "Times this process may have missed events of others.")
seats_unchecked = Counter("hubbub_socket_seats_unchecked_total", "Sockets let in without asking Redis how many their person has elsewhere.")
limits_unchecked = Counter("hubbub_limits_unchecked_total", "Uses let pass without asking Redis how often others counted them.")
handler_seconds = Histogram(
    "hubbub_socket_handler_seconds", "Time to carry out a command.", ["type"], buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
)
