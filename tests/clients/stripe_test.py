"""Stripe's own library (npm package stripe) against our check of signatures, and against what the sandbox signs."""

import json
import os
import subprocess
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.environ["WAKALA_BIN_DIR"]
SECRET = "whsec_test_0123456789"
OTHER = "whsec_another_0123456789"


class Receiver(HTTPServer):
    """Keeps the events that come in."""

    def __init__(self):
        self.events = []
        self.arrived = threading.Event()
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.events.append({"header": self.headers["Stripe-Signature"], "body": body})
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if json.loads(body)["type"] == "checkout.session.completed":
            self.server.arrived.set()

    def log_message(self, *_):
        pass


def library(events):
    """What Stripe's library signs, and what it says of `events`."""
    program = [os.environ["WAKALA_NODE"], os.path.join(HERE, "stripe_events.mjs"), SECRET, OTHER]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    done = subprocess.run(program, input=lines, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(lines, *secrets):
    done = subprocess.run(
        [os.path.join(BIN, "check_stripe"), *secrets],
        input="".join(json.dumps(line) + "\n" for line in lines), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}


class StripeTest(unittest.TestCase):
    def test_what_the_library_signs_is_accepted_and_nothing_else(self):
        told = check(library([]), SECRET)
        self.assertEqual(
            {name: line["verdict"] for name, line in told.items()},
            {
                "good": "good",
                "rolled": "good",
                "wrong secret": "mismatch",
                "tampered": "mismatch",
                "old": "too_old",
                "future": "from_the_future",
                "no signature": "malformed",
            },
        )
        self.assertEqual(told["good"]["fact"], "paid")

    def test_either_secret_will_do_while_one_is_rolled(self):
        told = check(library([]), OTHER, SECRET)
        self.assertEqual([told[name]["verdict"] for name in ("good", "rolled", "wrong secret")], ["good"] * 3)

    def test_the_library_takes_what_the_sandbox_signs(self):
        receiver = Receiver()
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        self.addCleanup(receiver.server_close)
        self.addCleanup(receiver.shutdown)
        sandbox = subprocess.Popen(
            [
                os.path.join(BIN, "wakala-sandbox"), "--listen", "127.0.0.1:0", "--stripe-webhook-secret", SECRET,
                "--stripe-webhook-url", f"http://127.0.0.1:{receiver.server_port}/hook", "--log", "error",
            ],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.addCleanup(sandbox.wait, 10)
        self.addCleanup(sandbox.stdout.close)
        self.addCleanup(sandbox.terminate)
        base = sandbox.stdout.readline().split(": ")[1].strip() + "_sandbox/"
        self.buy(base)
        self.assertTrue(receiver.arrived.wait(10))
        taken = [line["type"] for line in library(receiver.events) if line["name"] == "taken"]
        self.assertIn("checkout.session.completed", taken)
        self.assertEqual(len(taken), len(receiver.events))

    def buy(self, base):
        """A session made by Stripe's own library, and paid."""
        program = """
            import Stripe from "stripe";
            const at = new URL(process.argv[1]);
            const stripe = new Stripe("sk_test_1", { host: at.hostname, port: at.port, protocol: "http" });
            const session = await stripe.rawRequest("POST", "/_sandbox/stripe/v1/checkout/sessions", {
              mode: "payment", success_url: "https://shop.example/ok", client_reference_id: "ord_7",
              line_items: [{ quantity: 2, price_data: { currency: "kes", unit_amount: 62500, product_data: { name: "Unga" } } }],
              metadata: { order_id: "ord_7" },
            }, { additionalHeaders: { "Content-Type": "application/x-www-form-urlencoded" } });
            await fetch(process.argv[1] + "payments/" + session.id, { method: "POST", body: '{"do":"pay"}' });
        """
        done = subprocess.run(
            [os.environ["WAKALA_NODE"], "--input-type=module", "-e", program, base],
            cwd=HERE, capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    if not os.path.isdir(os.path.join(HERE, "node_modules", "stripe")):
        sys.exit("Stripe's library is missing: (cd tests/clients && npm ci)")
    unittest.main(verbosity=2)
