"""Ten thousand messages at the pace that Meta allows, against a sandbox that refuses whatever comes faster.

Over three numbers to five hundred shoppers, posted as fast as the daemon takes them, while others write and want an answer: nothing is
refused for its pace, the last one leaves when the last one can, answers overtake what waits, and nobody gets two messages in the wrong
order. WAKALA_PACED_MESSAGES: how many (10000).
"""

import concurrent.futures
import datetime
import http.client
import json
import os
import threading
import time
import unittest

from node import OPERATOR, Shop, Workplace, loopback, wait_for

MESSAGES = int(os.environ.get("WAKALA_PACED_MESSAGES", "10000"))
SHOPPERS = 500
NUMBERS = 3
RATE = 80  # messages a second of one number (Cloud API reference §11)
AT_ONCE = 12
LATE = 1.05  # of the best possible time
ANSWER_SECONDS = 2  # while thousands wait at the same number
PATIENCE = 60


def notification(phone, count):
    return {
        "messaging_product": "whatsapp",
        "to": phone,
        "type": "template",
        "template": {
            "name": "order_update",
            "language": {"code": "en"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": str(count)}]}],
        },
    }


def seconds(at):
    return datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()


def count_of(sent):
    """Which message of its shopper it is; None for one of the shop's own."""
    template = sent["body"].get("template")
    return int(template["components"][0]["parameters"][0]["text"]) if template else None


class PacingTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-pacing-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.sandbox = self.place.sandbox()
        self.node = self.place.node(graph_url=self.sandbox.url)
        self.shops = [Shop(f"duka-{index}", index) for index in range(NUMBERS)]
        self.sandbox.start(self.shops, self.node.public_port, 5, "--chaos", f"pair_limit=on,throughput={RATE}", "--batch", "50")
        self.node.start()
        for shop in self.shops:
            shop.limits = {"messages_per_hour": 1_000_000, "templates_per_day": 1_000_000}
            self.node.add(shop)

    def post_all(self):
        """Each shopper's messages in order, by one of the lines; several lines at once."""

        def work(line):
            connection = http.client.HTTPConnection("127.0.0.1", self.node.admin_port, timeout=PATIENCE)
            for count in range(MESSAGES // SHOPPERS):
                for shopper in range(line, SHOPPERS, AT_ONCE):
                    shop, phone = self.shops[shopper % NUMBERS], f"2547228{shopper:05d}"
                    connection.request(
                        "POST", f"/v23.0/{shop.number_id}/messages", json.dumps(notification(phone, count)),
                        {"Authorization": f"Bearer {OPERATOR}", "Content-Type": "application/json"},
                    )  # fmt: skip
                    answer = connection.getresponse()
                    said = answer.read()
                    if answer.status != 200:
                        raise AssertionError(f"{phone} {count}: {answer.status} {said}")
            connection.close()

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(work, range(AT_ONCE)))

    def ask_now_and_then(self, done, waits):
        """Somebody new asks every now and then; how long until Meta has the answer."""
        for asked in range(1000):
            if done.wait(1.0):
                return
            shop, phone = self.shops[asked % NUMBERS], f"2547229{asked:05d}"
            began = time.monotonic()
            said = {"phone_number_id": shop.number_id, "from": phone, "text": "HELP", "wait": True}
            loopback.call_json("POST", f"{self.sandbox.url}/_sandbox/inbound", said)
            wanted = f"{self.sandbox.url}/_sandbox/messages?to={phone}&wait_ms=20000"
            answers = loopback.call_json("GET", wanted, timeout=PATIENCE)["messages"]
            waits.append(time.monotonic() - began if answers else float("inf"))

    def test_everything_leaves_as_fast_as_it_may_and_not_faster(self):
        done, waits = threading.Event(), []
        asking = threading.Thread(target=self.ask_now_and_then, args=(done, waits))
        began = time.monotonic()
        asking.start()
        try:
            self.post_all()
            posted = time.monotonic() - began
            wait_for("all have left", self.all_left, 120)
        finally:
            done.set()
            asking.join()
        record = self.sandbox.record()
        refused = loopback.call_json("GET", f"{self.sandbox.url}/_sandbox/attempts", timeout=PATIENCE)["attempts"]
        self.assertEqual(refused, [], "nothing was refused, for its pace or otherwise")
        times = {}
        counts = {}
        for sent in record:
            times.setdefault(sent["phone_number_id"], []).append(seconds(sent["at"]))
            if (count := count_of(sent)) is not None:
                counts.setdefault(sent["to"], []).append(count)
        self.assertEqual(len(counts), SHOPPERS)
        for phone, seen in counts.items():
            self.assertEqual(seen, list(range(MESSAGES // SHOPPERS)), f"{phone}: each once and in order")
        for number, at in times.items():
            best = len(at) / RATE
            took = max(at) - min(at)
            print(f"{number}: {len(at)} messages in {took:.2f} s, best possible {best:.2f} s", flush=True)
            self.assertLess(took, best * LATE)
        print(f"posted in {posted:.1f} s; {len(waits)} answers meanwhile, the slowest after {max(waits) * 1000:.0f} ms", flush=True)
        self.assertGreater(len(waits), 10)
        self.assertLess(max(waits), ANSWER_SECONDS)

    def all_left(self):
        return len([sent for sent in self.sandbox.record() if count_of(sent) is not None]) >= MESSAGES


if __name__ == "__main__":
    unittest.main(verbosity=2)
