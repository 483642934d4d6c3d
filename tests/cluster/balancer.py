"""One port in front of several nodes: a connection goes to one that takes it."""

import itertools
import socket

from proxy import Proxy


class Balancer(Proxy):
    def __init__(self, targets, port):
        self._targets = targets
        self._next = itertools.count()
        super().__init__(None, port)

    def _connect(self):
        for _ in self._targets:
            target = self._targets[next(self._next) % len(self._targets)]
            try:
                return socket.create_connection(target, timeout=1)
            except OSError:
                continue
        raise OSError("nobody takes it")
