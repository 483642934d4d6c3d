"""A TCP proxy that a test can cut: what is under way stays there, and nothing more gets through until it is mended."""

import contextlib
import selectors
import socket
import threading
import time


class Proxy:
    """On a loopback port of its own, in front of `target` (host, port). One thread for everything."""

    def __init__(self, target, port):
        self.target = target
        self.port = port
        self._listener = None
        self._pairs = {}  # socket → its other side
        self._is_cut = False
        self._delay = 0
        self._lock = threading.RLock()
        self._selector = selectors.DefaultSelector()
        self._wake_in, self._wake_out = socket.socketpair()
        self._selector.register(self._wake_out, selectors.EVENT_READ)
        self._is_closed = False
        self.listen()
        self._thread = threading.Thread(target=self._run, name=f"proxy {port}", daemon=True)
        self._thread.start()

    def listen(self):
        """Takes connections again."""
        with self._lock:
            if self._listener is None:
                self._listener = socket.socket()
                self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self._listener.bind(("127.0.0.1", self.port))
                self._listener.listen(64)
                self._register(self._listener)

    def refuse(self):
        """As a machine on which nobody listens: connections are refused, and those there are end."""
        with self._lock:
            if self._listener is not None:
                self._unregister(self._listener)
                self._listener.close()
                self._listener = None
            for each in list(self._pairs):
                self._end(each)

    def cut(self):
        with self._lock:
            self._is_cut = True
            for each in list(self._pairs):
                self._unregister(each)

    def mend(self):
        with self._lock:
            self._is_cut = False
            for each in list(self._pairs):
                self._register(each)

    def delay(self, seconds):
        """Whatever comes, either way, gets through so much later."""
        self._delay = seconds

    def close(self):
        self._is_closed = True
        self._wake()
        self._thread.join(5)
        self.refuse()

    # -- its thread

    def _register(self, each):
        with contextlib.suppress(KeyError, ValueError):
            self._selector.register(each, selectors.EVENT_READ)
        self._wake()

    def _unregister(self, each):
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(each)

    def _wake(self):
        with contextlib.suppress(OSError):
            self._wake_in.send(b"x")

    def _end(self, each):
        other = self._pairs.pop(each, None)
        self._pairs.pop(other, None)
        for half in (each, other):
            if half is not None:
                self._unregister(half)
                half.close()

    def _run(self):
        while not self._is_closed:
            for key, _ in self._selector.select(0.5):
                with self._lock:
                    if key.fileobj is self._wake_out:
                        self._wake_out.recv(4096)
                    elif key.fileobj is self._listener:
                        self._accept()
                    elif key.fileobj in self._pairs and not self._is_cut:
                        self._pass_on(key.fileobj)

    def _connect(self):
        return socket.create_connection(self.target, timeout=1)

    def _accept(self):
        near, _ = self._listener.accept()
        try:
            far = self._connect()
        except OSError:
            near.close()
            return
        for each in (near, far):
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            each.settimeout(5)
        self._pairs[near], self._pairs[far] = far, near
        if not self._is_cut:
            self._register(near)
            self._register(far)

    def _pass_on(self, each):
        try:
            data = each.recv(65536)
            if data:
                if self._delay:
                    time.sleep(self._delay)  # its thread has nothing better to do
                self._pairs[each].sendall(data)
                return
        except OSError:
            pass
        self._end(each)
