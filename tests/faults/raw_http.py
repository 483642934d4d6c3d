"""HTTP as bytes, for requests that no client library would send, and answers read as they come."""

import socket


class NoAnswer(Exception):
    """The connection ended, or stayed silent, before a whole answer."""


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # lower-case name → value
        self.body = body


class Raw:
    """One connection."""

    def __init__(self, port, timeout=20, receive_buffer=None, wrap=None):
        self.socket = socket.socket()
        self.socket.settimeout(timeout)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            self.socket.connect(("127.0.0.1", port))
            if wrap:
                self.socket = wrap(self.socket)
        except OSError:
            self.socket.close()
            raise
        self._read = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        """False when the server has closed meanwhile: what it said can still be read."""
        try:
            self.socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def end_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except (TimeoutError, OSError) as failed:
            raise NoAnswer(f"{failed!r} after {self._read[:200]!r}") from None
        if not data:
            raise NoAnswer(f"closed after {self._read[:200]!r}")
        self._read += data

    def answer(self):
        """The next answer."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, self._read = self._read.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        while len(self._read) < length:
            self._more()
        body, self._read = self._read[:length], self._read[length:]
        return Answer(int(lines[0].split()[1]), headers, body)

    def is_closed_by_server(self):
        """Waits for the end of the stream (or a reset); whatever comes before it is dropped."""
        try:
            while self.socket.recv(65536):
                pass
            return True
        except ConnectionError:
            return True
        except TimeoutError:
            return False


def request(method, path, headers=(), body=b"", length=True):
    """The bytes of a request. `headers`: (name, value) pairs; Content-Length is added unless `length` is False."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers)]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def exchange(port, data, end_sending=False):
    """Sends bytes on a fresh connection and returns the first answer."""
    with Raw(port) as connection:
        connection.send(data)
        if end_sending:
            connection.end_sending()
        return connection.answer()
