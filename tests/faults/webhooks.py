"""Webhooks as Meta makes them: bodies, signatures, message ids, and connections that carry them."""

import base64
import hashlib
import hmac
import http.client
import json
import time


def message_id(shopper, unique):
    """A message id as Meta's: a record in base64 that holds the shopper's number (Cloud API reference §2.2)."""
    tail = unique.encode().hex().upper().encode()[-38:]
    raw = b"\x1c\x18" + bytes([len(shopper)]) + shopper.encode() + b"\x15\x02\x00\x12\x18" + bytes([len(tail)]) + tail
    return "wamid." + base64.b64encode(raw + b"\0").decode()


def text_message(shopper, unique, text, at=None):
    """One element of `messages[]`."""
    return {
        "from": shopper,
        "id": message_id(shopper, unique),
        "timestamp": str(int(time.time() if at is None else at)),
        "type": "text",
        "text": {"body": text},
    }


def reaction(shopper, unique, to_message, emoji):
    """As `text_message`: an emoji on an earlier message."""
    message = text_message(shopper, unique, "")
    del message["text"]
    return {**message, "type": "reaction", "reaction": {"message_id": to_message, "emoji": emoji}}


def change(number_id, messages, display="254700000000", name="Amina Wanjiru"):
    """One change with messages of one business number."""
    shoppers = dict.fromkeys(message["from"] for message in messages)
    return {
        "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": display, "phone_number_id": number_id},
            "contacts": [{"profile": {"name": name}, "wa_id": shopper} for shopper in shoppers],
            "messages": messages,
        },
        "field": "messages",
    }


def body_of(entries):
    """The bytes of a POST. `entries`: (waba id, change) pairs."""
    return json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": waba_id, "changes": [one]} for waba_id, one in entries],
        }
    ).encode()


def signature(secret, body):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Line:
    """A keep-alive connection to one listener, for one thread."""

    def __init__(self, host, port, timeout=10):
        self._address = (host, port)
        self._timeout = timeout
        self._connection = None
        self.last_answer = b""

    def post(self, path, body, secret, headers=None):
        """The status of the answer; 0 when there was none."""
        all_headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature(secret, body)}
        all_headers.update(headers or {})
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(*self._address, timeout=self._timeout)
            self._connection.request("POST", path, body=body, headers=all_headers)
            answer = self._connection.getresponse()
            self.last_answer = answer.read()
            if answer.will_close:
                self.close()
            return answer.status
        except (OSError, http.client.HTTPException) as failure:
            self.last_answer = repr(failure).encode()
            self.close()
            return 0

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class RotatingLine:
    """The same to one of several listeners, as through a balancer: whoever does not answer is not asked next."""

    def __init__(self, addresses, first, timeout=10):
        self._lines = [Line(host, port, timeout) for host, port in addresses]
        self._at = first % len(self._lines)
        self.last_answer = b""

    def post(self, path, body, secret, headers=None):
        status = self._lines[self._at].post(path, body, secret, headers)
        self.last_answer = self._lines[self._at].last_answer
        if status != 200:
            self._at = (self._at + 1) % len(self._lines)
        return status

    def close(self):
        for line in self._lines:
            line.close()


def post_once(port, path, body, secret, timeout=10):
    """One POST on a connection of its own; the status, 0 without an answer."""
    line = Line("127.0.0.1", port, timeout)
    try:
        return line.post(path, body, secret)
    finally:
        line.close()
