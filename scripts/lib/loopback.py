"""HTTP with JSON over the loopback interface, and free ports."""

import json
import socket
import urllib.error
import urllib.request

HOST = "127.0.0.1"
# No proxy of the environment may stand between two processes of one machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class HttpError(Exception):
    """An answer other than 2xx, or none. `status` is 0 when there was none."""

    def __init__(self, method, url, status, body):
        super().__init__(f"{method} {url}: {status or 'no answer'} {body[:500]}")
        self.status = status


def call(method, url, body=None, token=None, timeout=10, headers=None):
    """Sends `body` as JSON and returns the answer's text. Raises HttpError."""
    headers = {"Accept": "application/json", **(headers or {})}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with _opener.open(request, timeout=timeout) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as refused:
        raise HttpError(method, url, refused.code, refused.read().decode(errors="replace")) from None
    except (OSError, urllib.error.URLError) as failed:
        raise HttpError(method, url, 0, str(failed)) from None


def call_json(method, url, body=None, token=None, timeout=10):
    """As `call`, with the answer parsed; None when it has no body."""
    text = call(method, url, body, token, timeout)
    return json.loads(text) if text else None


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_ports(count):
    """Different ports that nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
