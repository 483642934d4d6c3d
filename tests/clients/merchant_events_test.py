"""Events for a merchant's own system against Stripe's own library (npm package stripe): the form of the header is Stripe's."""

import json
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "faults"))

from merchant_webhook_test import OTHER, SECRET, MerchantCase  # noqa: E402

# Prints the type of each event that is taken, and `taken` for what should not have been.
PROGRAM = """
    import Stripe from "stripe";
    const { events, secret, other } = JSON.parse(process.argv[1]);
    const stripe = new Stripe("sk_test_1");
    for (const { body, header } of events) {
      console.log(stripe.webhooks.constructEvent(body, header, secret).type);
      for (const [text, key] of [[body.replace("order", "0rder"), secret], [body, other]])
        try {
          stripe.webhooks.constructEvent(text, header, key);
          console.log("taken");
        } catch {}
    }
"""


class MerchantEventsTest(MerchantCase):
    def test_the_library_takes_what_the_daemon_signs_and_nothing_else(self):
        self.start_in_private()
        self.act(self.order(), "confirm")
        self.all_is_taken()
        events = self.receiver.events
        given = {
            "secret": SECRET,
            "other": OTHER,
            "events": [{"body": e["body"].decode(), "header": e["headers"]["Wakala-Signature"]} for e in events],
        }
        done = subprocess.run(
            [os.environ["WAKALA_NODE"], "--input-type=module", "-e", PROGRAM, json.dumps(given)],
            cwd=HERE, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual((done.stdout.split(), done.stderr), (["order.placed", "order.confirmed"], ""))


if __name__ == "__main__":
    if not os.path.isdir(os.path.join(HERE, "node_modules", "stripe")):
        sys.exit("Stripe's library is missing: (cd tests/clients && npm ci)")
    unittest.main(verbosity=2)
