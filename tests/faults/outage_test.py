"""Meta is down for one number, in every way it can be: nothing is lost, nothing is out of order, and the other numbers do not notice.

WAKALA_OUTAGE_SECONDS: how long each way lasts (3).
"""

import http.server
import itertools
import os
import threading
import time
import unittest
import urllib.error
import urllib.request

import node  # noqa: F401 (it says where the scripts' library is)
from node import Shop, Workplace, let_pass, loopback, wait_for

SECONDS = float(os.environ.get("WAKALA_OUTAGE_SECONDS", "3"))
WAYS = ("503 of a proxy", "code 2", "code 131016", "garbage", "half a body", "no answer", "closed at once")
SHOPPERS = 12  # of the number that is down
PAUSE = 0.7  # of each between two messages: less than the 45 that the pair may have waiting
SLOWER = 1.25  # of what the other number needs without an outage
NOISE = 0.03  # seconds that a process of this machine may take without any reason


def graph_error(code):
    return b'{"error":{"message":"(#%d)","type":"OAuthException","code":%d,"fbtrace_id":"x"}}' % (code, code)


class Meta(http.server.ThreadingHTTPServer):
    """The sandbox behind a door that fails for one number."""

    daemon_threads = True

    def __init__(self, port, sandbox_url):
        super().__init__(("127.0.0.1", port), Door)
        self.sandbox_url = sandbox_url
        self.way = None
        self.number = None
        self.refused = 0


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, length=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        way = self.server.way if f"/{self.server.number}/" in self.path else None
        if way is None:
            return self.pass_on(body)
        self.server.refused += 1
        if way == "503 of a proxy":
            self.answer(503, b"<html><body>Service Unavailable</body></html>")
        elif way == "code 2":
            self.answer(503, graph_error(2))
        elif way == "code 131016":
            self.answer(500, graph_error(131016))
        elif way == "garbage":
            self.answer(200, b"\xff\xfe{]")
        elif way == "half a body":
            self.answer(200, b'{"messaging_product":"whats', length=400)
            self.close_connection = True
        elif way == "no answer":
            time.sleep(3)  # longer than the daemon waits
            self.close_connection = True
        else:
            self.close_connection = True

    def pass_on(self, body):
        """Truly, as Meta would have it."""
        headers = {"Authorization": self.headers["Authorization"], "Content-Type": "application/json"}
        request = urllib.request.Request(self.server.sandbox_url + self.path, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                self.answer(answer.status, answer.read())
        except urllib.error.HTTPError as refused:
            self.answer(refused.code, refused.read())


class OutageTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-outage-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.sandbox = self.place.sandbox()
        self.meta = Meta(loopback.free_ports(1)[0], self.sandbox.url)
        threading.Thread(target=self.meta.serve_forever, daemon=True).start()
        self.addCleanup(self.meta.server_close)
        self.addCleanup(self.meta.shutdown)
        limits = {"graph_timeout": "2s", "ambiguous_grace": "2s"}
        self.node = self.place.node(limits=limits, graph_url=f"http://127.0.0.1:{self.meta.server_port}")
        self.down, self.well = Shop("duka-down", 0), Shop("duka-well", 1)
        self.meta.number = self.down.number_id
        self.sandbox.start([self.down, self.well], self.node.public_port, 5)
        self.node.start()
        for shop in (self.down, self.well):
            self.node.add(shop)

    def write(self, shop, phone, text):
        said = {"phone_number_id": shop.number_id, "from": phone, "text": text, "wait": True}
        written = loopback.call_json("POST", f"{self.sandbox.url}/_sandbox/inbound", said, timeout=20)
        self.assertTrue(written["delivered"], written)

    def shopper(self, phone, done, asked):
        """Writes until it is over. Each help text is asked for once more than the last: the answers can be told apart by number."""
        while not done.wait(PAUSE):
            self.write(self.down, phone, "HELP")
            asked[phone] = asked.get(phone, 0) + 1

    def stopwatch(self, done, waits, phones):
        """How long somebody of the other number waits for an answer."""
        while not done.is_set():
            phone = next(phones)
            began = time.monotonic()
            self.write(self.well, phone, "HELP")
            wanted = f"{self.sandbox.url}/_sandbox/messages?to={phone}&wait_ms=15000"
            found = loopback.call_json("GET", wanted, timeout=20)["messages"]
            waits.append(time.monotonic() - began if found else float("inf"))
            done.wait(0.05)

    def measure(self, seconds, phones):
        done, waits = threading.Event(), []
        watch = threading.Thread(target=self.stopwatch, args=(done, waits, phones))
        watch.start()
        let_pass(seconds)
        done.set()
        watch.join()
        return sorted(waits)

    def test_an_outage_of_one_number_loses_nothing_and_touches_no_other(self):
        others = (f"2547227{number:05d}" for number in itertools.count())
        done, asked = threading.Event(), {}
        writers = [threading.Thread(target=self.shopper, args=(f"2547226{n:05d}", done, asked)) for n in range(SHOPPERS)]
        for writer in writers:
            writer.start()
        usual = self.measure(max(SECONDS, 4), others)
        meanwhile = []
        for way in WAYS:
            self.meta.way = way
            meanwhile += self.measure(SECONDS, others)
        self.meta.way = None
        done.set()
        for writer in writers:
            writer.join()
        healed = time.monotonic()

        def is_settled():
            left = [
                entry
                for phone in asked
                for entry in self.node.messages(self.down.id, phone)
                if entry["direction"] == "out" and entry["status"] in ("queued", "attempting", "ambiguous")
            ]
            return not left

        wait_for("what had waited has left", is_settled, 120)
        print(f"{sum(asked.values())} messages, {self.meta.refused} calls met the outage; all left {time.monotonic() - healed:.1f} s later")
        record = self.sandbox.record()
        by_id = {}
        for sent in record:
            by_id.setdefault(sent["biz_opaque_callback_data"], []).append(sent["seq"])
        for phone, count in asked.items():
            out = [entry for entry in self.node.messages(self.down.id, phone) if entry["direction"] == "out"]
            self.assertEqual(len(out), count, f"{phone}: one answer for each message")
            self.assertEqual([e["status"] for e in out if e["status"] in ("failed", "expired")], [], f"{phone}: none is lost")
            order = [by_id[entry["id"]][0] for entry in out]
            self.assertEqual(order, sorted(order), f"{phone}: in order")
            for entry in out:
                self.assertLessEqual(len(by_id[entry["id"]]), 1 + entry["ambiguous"], "no double that is not listed")
        meanwhile.sort()

        def at(waits, share):
            return waits[min(len(waits) - 1, int(len(waits) * share))]

        for share in (0.5, 0.99):
            ratio = at(meanwhile, share) / at(usual, share)
            print(f"other number, p{share * 100:.0f}: {at(usual, share) * 1000:.1f} ms, in the outage {at(meanwhile, share) * 1000:.1f} ms ({ratio:.2f})")
            self.assertLess(at(meanwhile, share), at(usual, share) * SLOWER + NOISE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
