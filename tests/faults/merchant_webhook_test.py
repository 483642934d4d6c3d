"""A merchant's own system against a real daemon: what arrives is what scripts/verify-webhook takes, through failures and crashes.

The receiver and the verifier share no line with the daemon.
"""

import json
import os
import subprocess
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from node import OPERATOR, TOP, Shop, Workplace, let_pass, loopback, wait_for
from webhooks import body_of, change, message_id, post_once, text_message

import leaks  # found through node.py, which knows where the scripts are

PHONE = "254711667788"
NAME = "Wairimu wa Njoroge"
SECRET = "siri-ya-mfumo-wa-duka-4b81"
OTHER = "siri-mpya-ya-mfumo-9d22"
PATH = "/matukio/njia-ya-siri-7c1e"
CATALOG = {"products": [{"id": "chai", "name": "Chai", "category": "Tea", "price": "100.00"}]}
VERIFIER = os.path.join(TOP, "scripts", "verify-webhook")


class Receiver(ThreadingHTTPServer):
    """The merchant's system: keeps what comes in and answers as it is told to."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.events = []
        self.status = lambda event: 200
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}{PATH}"

    def types(self, code=None):
        """The types of the events that were taken, each once, in the order of their first arrival."""
        taken = {event["id"]: event["type"] for event in self.events if event["answer"] == 200 and code in (None, event["code"])}
        return list(taken.values())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = json.loads(body)
        event = {
            "id": said["id"], "type": said["type"], "body": body, "path": self.path, "headers": dict(self.headers),
            "code": (said["data"].get("order") or {}).get("code"),
        }  # fmt: skip
        event["answer"] = self.server.status(event)
        self.server.events.append(event)
        if event["answer"] is None:  # it died over it
            self.close_connection = True
            return
        self.send_response(event["answer"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def verify(event, secret=SECRET, body=None, **more):
    """The exit status of scripts/verify-webhook."""
    environment = {"PATH": os.environ["PATH"], "WAKALA_WEBHOOK_SECRET": secret, "WAKALA_SIGNATURE": event["headers"]["Wakala-Signature"]}
    options = [f"--{name}={value}" for name, value in more.items()]
    done = subprocess.run([VERIFIER, *options], input=event["body"] if body is None else body, env=environment, capture_output=True, timeout=30)
    return done.returncode


def signed_at(event):
    return int(event["headers"]["Wakala-Signature"].split(",")[0].removeprefix("t="))


class MerchantCase(unittest.TestCase):
    """A daemon, a shop on it, and the merchant's system."""

    def setUp(self):
        self.place = Workplace("wakala-merchant-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.receiver = Receiver()
        self.addCleanup(self.receiver.server_close)
        self.addCleanup(self.receiver.shutdown)
        self.sent = 0

    def start(self, **sections):
        self.shop = Shop("duka", 0)
        self.node = self.place.node(level="trace", **sections)
        self.node.start()
        self.node.add(self.shop, CATALOG)
        self.configure({"url": self.receiver.url, "secret": SECRET})

    def start_in_private(self):
        self.start(webhooks={"allow_private_addresses": True})

    def configure(self, webhook):
        form = self.node.admin("GET", "tenants/duka")
        form["webhook"] = webhook
        self.node.admin("PUT", "tenants/duka", form)

    def say(self, text, phone=PHONE):
        self.sent += 1
        messages = [text_message(phone, f"m{self.sent}", text)]
        body = body_of([(self.shop.waba_id, change(self.shop.number_id, messages, name=NAME))])
        status = lambda: post_once(self.node.public_port, self.shop.path, body, self.shop.secret) == 200  # noqa: E731
        wait_for("the update is taken", status, 20)

    def order(self, phone=PHONE):
        """The code of a new order."""
        known = {one["code"] for one in self.node.admin("GET", "tenants/duka/orders")["orders"]}
        self.say("1 chai", phone)
        self.say("checkout", phone)

        def fresh():
            return {one["code"] for one in self.node.admin("GET", "tenants/duka/orders")["orders"]} - known

        return wait_for("an order", fresh, 20).pop()

    def act(self, code, action, form=None):
        def done():
            try:
                return self.node.admin("POST", f"tenants/duka/orders/{code}:{action}", form or {})
            except loopback.HttpError as refused:
                if refused.status != 503:
                    raise
                return None

        return wait_for(action, done, 20)

    def listed(self):
        return self.node.admin("GET", "tenants/duka/webhook/deliveries")

    def all_is_taken(self, seconds=30):
        wait_for("all is delivered", lambda: not self.listed()["deliveries"], seconds)


class MerchantWebhookTest(MerchantCase):
    def test_what_arrives_is_genuine_and_what_was_changed_is_not(self):
        self.start_in_private()
        code = self.order()
        self.act(code, "pay", {"amount": "100.00", "method": "mpesa", "reference": "SKM7XYZ123"})
        self.act(code, "confirm")
        self.all_is_taken()
        events = self.receiver.events
        self.assertEqual([event["type"] for event in events], ["order.placed", "payment.received", "order.paid", "order.confirmed"])
        for event in events:
            self.assertEqual(verify(event), 0)
            self.assertEqual(event["path"], PATH)
            self.assertEqual(event["headers"]["Wakala-Event-Id"], event["id"])
            self.assertEqual(event["headers"]["Content-Type"], "application/json")
            self.assertRegex(event["headers"]["User-Agent"], r"^Wakala/[0-9]")
            for personal in (PHONE, NAME, SECRET):
                self.assertNotIn(personal.encode(), event["body"])
        paid = events[2]
        self.assertEqual(json.loads(paid["body"])["data"]["order"]["paid"], {"amount": "100.00", "currency": "KES"})
        self.assertEqual(verify(paid, body=paid["body"].replace(b"100.00", b"100.01")), 1)
        self.assertEqual(verify(paid, body=paid["body"] + b"\n"), 1)
        self.assertEqual(verify(paid, body=events[3]["body"]), 1)
        self.assertEqual(verify(paid, secret=OTHER), 1)
        self.assertEqual(verify(paid, now=signed_at(paid) + 300), 0)
        self.assertEqual(verify(paid, now=signed_at(paid) + 301), 1)
        self.assertEqual(verify(paid, now=signed_at(paid) - 301), 1)
        self.configure({"url": self.receiver.url, "secret": OTHER, "secret_before": SECRET})
        self.act(code, "pack")
        self.all_is_taken()
        packed = self.receiver.events[-1]
        self.assertEqual([verify(packed), verify(packed, secret=OTHER), verify(packed, secret="neither-of-the-two")], [0, 0, 1])

    def test_nothing_is_lost_and_nothing_overtakes_through_failures_and_crashes(self):
        self.start_in_private()
        self.receiver.status = lambda event: None
        bad = self.order()
        wait_for("the first is on its way", lambda: self.receiver.events, 20)
        self.act(bad, "confirm")
        self.node.kill()
        self.receiver.status = lambda event: 500 if event["code"] == bad else 200
        self.node.start()
        self.act(bad, "pack")
        good = self.order("254711667799")
        self.act(good, "cancel")
        wait_for("the other order", lambda: self.receiver.types(good) == ["order.placed", "order.cancelled"], 20)
        self.assertEqual(self.receiver.types(bad), [])
        wait_for("it is refused", lambda: self.listed()["deliveries"][0]["last_status"] == 500, 20)
        waiting = self.listed()["deliveries"]
        self.assertEqual([one["type"] for one in waiting], ["order.placed", "order.confirmed", "order.packed"])
        self.node.kill()
        self.receiver.status = lambda event: 200
        self.node.start()
        self.all_is_taken()
        self.assertEqual(self.receiver.types(bad), ["order.placed", "order.confirmed", "order.packed"])
        bodies = {}
        for event in self.receiver.events:
            self.assertEqual(bodies.setdefault(event["id"], event["body"]), event["body"], "the same each time")
            self.assertEqual(verify(event), 0)
        self.assertEqual(len(bodies), 5)
        counted = self.node.metrics()
        self.assertGreaterEqual(counted["wakala_hooks_delivered_total"], 3)
        self.assertEqual(counted["wakala_hooks_failed_total"], 0)

    def test_the_nodes_own_network_is_out_of_reach_unless_it_is_allowed(self):
        self.start()
        self.order()
        told = self.node.admin("POST", "tenants/duka/webhook:test")
        self.assertEqual((told["ok"], told["status"]), (False, None))
        self.assertIn("no public address", told["why"])
        self.assertEqual(self.receiver.events, [])
        self.assertEqual(len(self.listed()["deliveries"]), 1)

    def test_a_test_is_answered_and_secrets_are_nowhere(self):
        self.start_in_private()
        told = self.node.admin("POST", "tenants/duka/webhook:test")
        self.assertEqual((told["ok"], told["status"]), (True, 200))
        self.assertEqual([event["type"] for event in self.receiver.events], ["webhook.test"])
        self.assertEqual(verify(self.receiver.events[0]), 0)
        self.receiver.status = lambda event: 410
        code = self.order()
        wait_for("it stops", lambda: self.listed()["stopped_at"], 20)
        self.act(code, "confirm")
        let_pass(1)
        self.assertEqual(len(self.receiver.events), 2)
        self.receiver.status = lambda event: 200
        self.configure({"url": self.receiver.url, "secret": OTHER})
        self.all_is_taken()
        self.node.kill()
        looked_at = [os.path.dirname(self.node.store), self.node.log]
        secrets = {"the secret": SECRET, "the new secret": OTHER, "the path": PATH, "the name": NAME, "the number": PHONE, "the token": OPERATOR,
                   "a message id": message_id(PHONE, "m1")}  # fmt: skip
        found, sizes = leaks.find_leaks(looked_at, secrets)
        self.assertGreater(sum(sizes.values()), 0)
        self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
