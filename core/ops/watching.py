"""Who may know how Hubbub is: ``/metrics`` and ``/readyz`` do not exist for anybody else."""

import hmac
from ipaddress import ip_network

from django.conf import settings
from django.http import HttpRequest

from core.api.addresses import client_address, parse


def may_watch(request: HttpRequest) -> bool:
    """By bearer token where one is set, or from one of METRICS_NETWORKS without a proxy we do not know in between."""
    token = settings.METRICS_TOKEN
    scheme, _, offered = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and hmac.compare_digest(offered.encode(), token.encode()):
        return True
    address = parse(client_address(request))
    forwarded_by_stranger = "HTTP_X_FORWARDED_FOR" in request.META and str(address) == request.META.get("REMOTE_ADDR")
    return address is not None and not forwarded_by_stranger and any(address in ip_network(network) for network in settings.METRICS_NETWORKS)
