"""A console's side of GET /v1/live, as far as tests need it (RFC 6455)."""

import base64
import json
import os
import socket


class LiveClient:
    """Every wait ends after `patience` seconds, by an exception."""

    def __init__(self, port, token, patience=15):
        self.stream = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self.reader = self.stream.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall(
            f"GET /v1/live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: wakala.v1\r\n\r\n".encode()
        )
        status = self.reader.readline()
        if b" 101 " not in status:
            raise AssertionError(f"no live feed: {status}")
        while self.reader.readline() not in (b"\r\n", b""):
            pass
        self.say({"token": token})

    def say(self, what):
        text = json.dumps(what).encode()
        if len(text) > 125:
            raise ValueError("a short message only")
        mask = os.urandom(4)
        self.stream.sendall(bytes([0x81, 0x80 | len(text)]) + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(text)))

    def next(self, kind):
        """The next message of that type; others are let go by."""
        while True:
            head = self.reader.read(2)
            if len(head) < 2 or head[0] & 0x0F == 8:
                raise AssertionError("the live feed has ended")
            size = head[1] & 0x7F
            if size >= 126:
                size = int.from_bytes(self.reader.read(2 if size == 126 else 8), "big")
            text = self.reader.read(size)
            if head[0] & 0x0F != 1:
                continue
            message = json.loads(text)
            if message["type"] == kind:
                return message

    def close(self):
        self.reader.close()
        self.stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
