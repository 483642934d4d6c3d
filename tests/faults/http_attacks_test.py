"""Bad input against a real daemon: each kind has its status, changes nothing, and stands in nobody's way."""

import json
import os
import ssl
import subprocess
import threading
import time
import unittest
import warnings

from node import OPERATOR, READY_SECONDS, APP_SECRET, Shop, Workplace, loopback, wait_for
from raw_http import NoAnswer, Raw, exchange, request
from webhooks import Line, body_of, change, post_once, signature, text_message

READ_TIMEOUT = 1.5
SIGNATURE = "X-Hub-Signature-256"
# Who wants no messages sends no replies: then every journal row is an update, and rows can be counted.
QUIET = ["errors"]


class QuietShop(Shop):
    def form(self):
        return {**super().form(), "event_filters": QUIET}


def keep_of(case):
    outcome = case._outcome
    return not outcome.success


class DaemonTest(unittest.TestCase):
    """One daemon for all tests of a class."""

    limits = {}
    shops = ()

    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("wakala-attacks-")
        cls.failed = False
        try:
            cls.node = cls.place.node(limits=cls.limits)
            cls.node.start()
            for shop in cls.shops:
                cls.node.add(shop)
        except BaseException:
            cls.place.close(keep=True)
            raise

    @classmethod
    def tearDownClass(cls):
        try:
            cls.assert_ends_well()
        except BaseException:
            cls.failed = True
            raise
        finally:
            cls.place.close(keep=cls.failed)

    @classmethod
    def assert_ends_well(cls):
        """Whatever was done to it: it lives, and ends when it is asked to."""
        if not cls.node.is_running():
            raise cls.node.child.fail("did not survive")
        status = cls.node.stop()
        if status != 0:
            raise cls.node.child.fail(f"ended with status {status}")

    def tearDown(self):
        type(self).failed = type(self).failed or keep_of(self)

    _phones = iter(range(1, 100_000))

    def fresh_phone(self):
        return f"25473300{next(DaemonTest._phones):05d}"

    def message_body(self, shop, phone=None, texts=("habari yako",), unique="1"):
        phone = phone or self.fresh_phone()
        messages = [text_message(phone, f"{unique}{index:04d}", text) for index, text in enumerate(texts)]
        return body_of([(shop.waba_id, change(shop.number_id, messages))])

    def signed(self, shop, body, path=None, secret=None, method="POST"):
        headers = [("Content-Type", "application/json"), (SIGNATURE, signature(secret or shop.secret, body))]
        return request(method, path or shop.path, headers, body)

    def send(self, data, **options):
        return exchange(self.node.public_port, data, **options)

    def texts_of(self, shop, phone):
        return [entry["text"] for entry in self.node.messages(shop.id, phone) if entry["direction"] == "in"]

    def assert_refused(self, status, data, detail=None, **options):
        """The status, a problem+json body, and not one journal row."""
        rows = self.node.journal_rows()
        answer = self.send(data, **options)
        self.assertEqual(answer.status, status, answer.body[:300])
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        problem = json.loads(answer.body)
        self.assertEqual(problem["status"], status)
        if detail:
            self.assertIn(detail, problem["detail"])
        self.assertEqual(self.node.journal_rows(), rows, "a refused request changed the journal")
        return answer

    def assert_taken(self, data, new_rows):
        rows = self.node.journal_rows()
        answer = self.send(data)
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(self.node.journal_rows() - rows, new_rows)


class BadInputTest(DaemonTest):
    shops = (QuietShop("duka", 0), QuietShop("soko", 1), QuietShop("kiosk", 2, own_secret=False))
    limits = {"read_timeout": f"{int(READ_TIMEOUT * 1000)}ms"}

    @property
    def duka(self):
        return self.shops[0]

    @property
    def soko(self):
        return self.shops[1]

    @property
    def kiosk(self):
        return self.shops[2]

    # -- signatures

    def test_a_good_message_is_taken(self):
        """What all the others differ from by one thing."""
        phone = self.fresh_phone()
        self.assert_taken(self.signed(self.duka, self.message_body(self.duka, phone)), new_rows=1)
        self.assertEqual(self.texts_of(self.duka, phone), ["habari yako"])

    def test_signatures(self):
        body = self.message_body(self.duka, phone := self.fresh_phone())
        good = signature(self.duka.secret, body)
        digits = good.removeprefix("sha256=")
        flipped = ("0" if digits[-1] != "0" else "1").join([good[:-1], ""])
        table = {
            "missing": [],
            "empty": [(SIGNATURE, "")],
            "no prefix": [(SIGNATURE, digits)],
            "other hash": [(SIGNATURE, "sha1=" + digits[:40])],
            "only the prefix": [(SIGNATURE, "sha256=")],
            "not hexadecimal": [(SIGNATURE, "sha256=" + "g" * 64)],
            "one digit short": [(SIGNATURE, good[:-1])],
            "one digit long": [(SIGNATURE, good + "0")],
            "upper-case digits": [(SIGNATURE, "sha256=" + digits.upper())],
            "upper-case prefix": [(SIGNATURE, "SHA256=" + digits)],
            "twice the same": [(SIGNATURE, good), (SIGNATURE, good)],
            "two in one field": [(SIGNATURE, f"{good}, {good}")],
            "wrong, then good": [(SIGNATURE, flipped), (SIGNATURE, good)],
            "last digit wrong": [(SIGNATURE, flipped)],
            "of another secret": [(SIGNATURE, signature("not-the-secret", body))],
            "of another tenant's secret": [(SIGNATURE, signature(self.soko.secret, body))],
            "of the app's secret": [(SIGNATURE, signature(APP_SECRET, body))],
            "of another body": [(SIGNATURE, signature(self.duka.secret, body + b" "))],
            "of an empty key": [(SIGNATURE, signature("", body))],
            "alias wrong": [("X-Signature-SHA256", flipped)],
            "the first name wins": [(SIGNATURE, flipped), ("X-Signature-SHA256", good)],
        }
        for name, headers in table.items():
            with self.subTest(name):
                self.assert_refused(403, request("POST", self.duka.path, headers, body), detail="signature")
        self.assertEqual(self.node.messages(self.duka.id, phone), [])
        with self.subTest("the name of the field in lower case, and the same update at last"):
            self.assert_taken(request("POST", self.duka.path, [(SIGNATURE.lower(), good)], body), new_rows=1)
        for value in (good, digits):
            with self.subTest("the alias", value=value[:7]):
                self.assert_taken(request("POST", self.duka.path, [("X-Signature-SHA256", value)], body), new_rows=0)
        self.assertEqual(len(self.node.messages(self.duka.id, phone)), 1)

    def test_a_wrong_signature_is_refused_before_the_body_is_looked_at(self):
        answer = self.assert_refused(403, request("POST", self.duka.path, [(SIGNATURE, "sha256=" + "0" * 64)], b"{not json"))
        self.assertNotIn(b"JSON", answer.body)

    # -- bodies

    def test_what_is_not_json(self):
        deep = lambda levels: b"[" * levels + b"]" * levels  # noqa: E731
        table = {
            "empty": b"",
            "a word": b"hello",
            "cut off": self.message_body(self.duka)[:-1],
            "rubbish behind": b"{} {}",
            "single quotes": b"{'object':1}",
            "not a number": b'{"a":NaN}',
            "broken UTF-8": b'{"object":"\xff\xfe"}',
            "a zero byte": b'{"object":"a\0b"}',
            "65 arrays deep": deep(65),
            "65 objects deep": b'{"a":' * 65 + b"1" + b"}" * 65,
            "very deep": deep(200_000),
        }
        for name, body in table.items():
            with self.subTest(name):
                self.assert_refused(400, self.signed(self.duka, body))

    def test_json_that_is_no_webhook_is_set_aside(self):
        unique = str(time.monotonic_ns())
        table = {
            "an object": json.dumps({"hello": unique}).encode(),
            "another object of Meta": json.dumps({"object": "page", "entry": [], "n": unique}).encode(),
            "an array": json.dumps([unique]).encode(),
            "a text": json.dumps(unique).encode(),
            "64 deep": b"[" * 63 + json.dumps([unique]).encode() + b"]" * 63,
        }
        before = len(self.node.admin("GET", "set-aside?limit=500")["items"])
        for name, body in table.items():
            with self.subTest(name):
                self.assert_taken(self.signed(self.duka, body), new_rows=1)
                self.assert_taken(self.signed(self.duka, body), new_rows=0)
        items = self.node.admin("GET", "set-aside?limit=500")["items"]
        self.assertEqual(len(items) - before, len(table))
        self.assertGreaterEqual([item["reason"] for item in items].count("no_webhook"), len(table))

    def test_a_broken_update_does_not_hide_the_good_ones_beside_it(self):
        phone = self.fresh_phone()
        broken = {"from": 7, "id": ["x"], "timestamp": {}, "type": None}
        good = [text_message(phone, "one", "mbele"), text_message(phone, "two", "nyuma")]
        body = body_of([(self.duka.waba_id, change(self.duka.number_id, [good[0]]))])
        parsed = json.loads(body)
        value = parsed["entry"][0]["changes"][0]["value"]
        value["messages"] = [good[0], broken, 17, good[1]]
        parsed["entry"][0]["changes"].append("rubbish")
        answer = self.send(self.signed(self.duka, json.dumps(parsed).encode()))
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.texts_of(self.duka, phone), ["mbele", "nyuma"])
        self.assertIn("malformed", {item["reason"] for item in self.node.admin("GET", "set-aside?limit=500")["items"]})

    # -- framing

    def test_content_length(self):
        body = self.message_body(self.duka, phone := self.fresh_phone())
        headers = [(SIGNATURE, signature(self.duka.secret, body))]
        for name, lengths in {
            "a word": ["abc"],
            "negative": ["-5"],
            "signed": [f"+{len(body)}"],
            "hexadecimal": [hex(len(body))],
            "empty": [""],
            "two different": [str(len(body)), str(len(body) - 1)],
            "a list of two": [f"{len(body)}, {len(body) - 1}"],
            "beyond 64 bits": ["99999999999999999999999"],
        }.items():
            with self.subTest(name):
                fields = headers + [("Content-Length", length) for length in lengths]
                self.assert_refused(400, request("POST", self.duka.path, fields, body, length=False))
        with self.subTest("with Transfer-Encoding"):
            fields = headers + [("Content-Length", len(body)), ("Transfer-Encoding", "chunked")]
            self.assert_refused(400, request("POST", self.duka.path, fields, body, length=False))
        with self.subTest("too small"):  # the signature is of more than what belongs to the request
            fields = headers + [("Content-Length", len(body) - 1)]
            self.assert_refused(403, request("POST", self.duka.path, fields, body, length=False))
        with self.subTest("none"):
            self.assert_refused(403, request("POST", self.duka.path, headers, b"", length=False))
        self.assertEqual(self.node.messages(self.duka.id, phone), [])

    def test_a_truncated_body(self):
        body = self.message_body(self.duka, phone := self.fresh_phone())
        data = self.signed(self.duka, body)
        self.assert_refused(408, data[:-10], end_sending=True)
        self.assertEqual(self.node.messages(self.duka.id, phone), [])

    def test_a_body_of_5_mb_is_refused_and_the_client_can_read_why(self):
        body = b'{"a":"' + b"x" * (5 * 1024 * 1024) + b'"}'
        for name, headers in {"at once": [], "asking first": [("Expect", "100-continue")]}.items():
            with self.subTest(name):
                fields = [*headers, (SIGNATURE, signature(self.duka.secret, body))]
                self.assert_refused(413, request("POST", self.duka.path, fields, body))
        with self.subTest("in chunks"):
            chunks = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
            head = request("POST", self.duka.path, [("Transfer-Encoding", "chunked")], length=False)
            self.assert_refused(413, head + chunks * 80 + b"0\r\n\r\n")

    def test_a_body_at_the_limit_is_read(self):
        body = b"{}" + b" " * (4 * 1024 * 1024 - 2)
        self.assertEqual(self.send(self.signed(self.duka, body)).status, 200)
        self.assert_refused(413, self.signed(self.duka, body + b" "))

    def test_a_header_of_64_kb(self):
        body = self.message_body(self.duka)
        long_field = [("X-Long", "a" * 65536), (SIGNATURE, signature(self.duka.secret, body))]
        many_fields = [(f"X-{index}", "a" * 50) for index in range(1100)]
        long_path = self.duka.path + "?a=" + "b" * 65536
        for name, data in {
            "one field": request("POST", self.duka.path, long_field, body),
            "many fields": request("POST", self.duka.path, many_fields, body),
            "the target": request("POST", long_path, [], body),
        }.items():
            with self.subTest(name):
                self.assert_refused(431, data)

    def test_what_is_not_http(self):
        for name, data in {
            "words": b"hello there\r\n\r\n",
            "zero bytes": b"\0" * 100 + b"\r\n\r\n",
            "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n",
            "a blank in a field's name": b"POST /v1/webhooks/duka HTTP/1.1\r\nHost: x\r\nContent-Length : 2\r\n\r\n{}",
        }.items():
            with self.subTest(name):
                self.assert_refused(400, data)
        with self.subTest("HTTP/2"):
            rows = self.node.journal_rows()
            self.assertIn(self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, (400, 505))
            self.assertEqual(self.node.journal_rows(), rows)

    # -- addresses

    def test_unknown_tenants_and_paths(self):
        body = self.message_body(self.duka)
        for path in (
            "/v1/webhooks/nobody", "/v1/webhooks/", "/v1/webhooks/duka/", "/v1/webhooks/duka/x", "/v1/webhooks/..%2fduka",
            "/v1/webhooks/%00", "/v1/webhooks/$system", "/v1/webhooks/DUKA", "/v1/webhook", "/", "/v1/tenants", "/metrics",
        ):  # fmt: skip
            with self.subTest(path):
                self.assert_refused(404, self.signed(self.duka, body, path=path))
        with self.subTest("a body that is too large comes second"):
            self.assert_refused(404, self.signed(self.duka, b"x" * 5_000_000, path="/v1/webhooks/nobody"))

    def test_methods(self):
        body = self.message_body(self.duka)
        for method in ("PUT", "DELETE", "PATCH", "BREW"):
            with self.subTest(method):
                answer = self.assert_refused(405, self.signed(self.duka, body, method=method))
                self.assertEqual(answer.headers["allow"], "GET, POST")

    def test_one_tenants_secret_cannot_touch_another(self):
        phone = self.fresh_phone()
        body = self.message_body(self.soko, phone)
        self.assert_refused(403, self.signed(self.duka, body, path=self.soko.path), detail="signature")
        with self.subTest("through the tenant's own address"):
            self.assert_taken(self.signed(self.duka, body), new_rows=1)  # a row that says it was set aside
        with self.subTest("through the app's address"):
            self.assert_taken(self.signed(self.kiosk, body), new_rows=0)  # set aside already
        with self.subTest("beside a good one"):
            mixed = body_of(
                [
                    (self.soko.waba_id, change(self.soko.number_id, [text_message(phone, "evil", "uovu")])),
                    (self.duka.waba_id, change(self.duka.number_id, [text_message(phone, "good", "wema")])),
                ]
            )
            self.assert_taken(self.signed(self.duka, mixed), new_rows=2)
            self.assertEqual(self.texts_of(self.duka, phone), ["wema"])
        self.assertEqual(self.node.messages(self.soko.id, phone), [])
        reasons = [item["reason"] for item in self.node.admin("GET", "set-aside?limit=500")["items"]]
        self.assertGreaterEqual(reasons.count("foreign"), 2)
        with self.subTest("and the owner's own secret opens the door"):
            self.assert_taken(self.signed(self.soko, body), new_rows=1)
            self.assertEqual(self.texts_of(self.soko, phone), ["habari yako"])

    def test_a_number_that_nobody_has_is_set_aside(self):
        nobody = QuietShop("nobody", 77)
        self.assert_taken(self.signed(self.duka, self.message_body(nobody)), new_rows=1)
        reasons = [item["reason"] for item in self.node.admin("GET", "set-aside?limit=500")["items"]]
        self.assertIn("unknown_number", reasons)

    def test_the_admin_listener_lets_nobody_in_without_the_right(self):
        url = f"{self.node.admin_url}/v1/tenants"
        for token in (None, "", "wrong", OPERATOR + "x", OPERATOR[:-1], OPERATOR.upper()):
            with self.subTest(token=token), self.assertRaises(loopback.HttpError) as refused:
                loopback.call("GET", url, token=token)
            self.assertEqual(refused.exception.status, 401)

    # -- time

    def test_a_slow_writer_is_told_so_in_time(self):
        body = self.message_body(self.duka, phone := self.fresh_phone())
        data = self.signed(self.duka, body)
        for name, sent in {"in the header": 40, "in the body": len(data) - 5}.items():
            with self.subTest(name), Raw(self.node.public_port) as line:
                rows = self.node.journal_rows()
                began = time.monotonic()
                line.send(data[:sent])
                answer = line.answer()
                self.assertEqual(answer.status, 408)
                self.assertLess(abs(time.monotonic() - began - READ_TIMEOUT), 1.0)
                self.assertTrue(line.is_closed_by_server())
                self.assertEqual(self.node.journal_rows(), rows)
        self.assertEqual(self.node.messages(self.duka.id, phone), [])

    def test_trickling_does_not_extend_the_time(self):
        data = self.signed(self.duka, self.message_body(self.duka))
        with Raw(self.node.public_port, timeout=10) as line:
            began = time.monotonic()
            for byte in data:
                if not line.send(bytes([byte])) or time.monotonic() - began > READ_TIMEOUT + 1:
                    break
                time.sleep(0.02)
            self.assertEqual(line.answer().status, 408)
            self.assertLess(time.monotonic() - began, READ_TIMEOUT + 2)

    # -- many at once

    def test_pipelined_requests_are_answered_in_order(self):
        phone = self.fresh_phone()
        texts = [f"ya {index}" for index in range(60)]
        data = b"".join(
            self.signed(self.duka, self.message_body(self.duka, phone, [text], unique=f"p{index}"))
            for index, text in enumerate(texts)
        )
        bad = request("POST", self.duka.path, [(SIGNATURE, "sha256=" + "0" * 64)], b"{}")
        get = request("GET", f"{self.duka.path}?hub.mode=subscribe&hub.verify_token=verify-duka-0b6e&hub.challenge=4711")
        with Raw(self.node.public_port) as line:
            line.send(bad + data + get)
            self.assertEqual(line.answer().status, 403)
            self.assertEqual([line.answer().status for _ in texts], [200] * len(texts))
            last = line.answer()
            self.assertEqual((last.status, last.body), (200, b"4711"))
        self.assertEqual(self.texts_of(self.duka, phone), texts)

    def test_ten_concurrent_copies_change_state_once(self):
        for number in range(5):
            phone = self.fresh_phone()
            data = self.signed(self.duka, self.message_body(self.duka, phone, ["mara moja"]))
            rows = self.node.journal_rows()
            together, statuses = threading.Barrier(10), []

            def copy(data=data, together=together, statuses=statuses):
                with Raw(self.node.public_port) as line:
                    together.wait()
                    line.send(data)
                    statuses.append(line.answer().status)

            threads = [threading.Thread(target=copy) for _ in range(10)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            with self.subTest(number):
                self.assertEqual(statuses, [200] * 10)
                self.assertEqual(self.node.journal_rows() - rows, 1)
                self.assertEqual(self.texts_of(self.duka, phone), ["mara moja"])


class CrowdTest(DaemonTest):
    """Clients that hold on to what everybody needs."""

    shops = (QuietShop("duka", 0),)
    connections = 300
    limits = {
        "connections": connections,
        "read_timeout": f"{int(READ_TIMEOUT * 1000)}ms",
        "idle_timeout": "3s",
        "write_timeout": "1500ms",
    }

    def good_traffic(self, until):
        """(statuses, the longest time of one answer) while `until` is not set."""
        shop, phone = self.shops[0], self.fresh_phone()
        line, number, statuses, longest = Line("127.0.0.1", self.node.public_port), 0, [], 0.0
        while not until.is_set():
            number += 1
            body = self.message_body(shop, phone, [f"ujumbe {number}"], unique=f"g{number}")
            began = time.monotonic()
            statuses.append(line.post(shop.path, body, shop.secret))
            longest = max(longest, time.monotonic() - began)
            time.sleep(0.01)
        line.close()
        self.assertEqual(self.texts_of(shop, phone), [f"ujumbe {n + 1}" for n in range(number)])
        return statuses, longest

    def with_good_traffic(self, attack):
        until, results = threading.Event(), []
        thread = threading.Thread(target=lambda: results.append(self.good_traffic(until)))
        thread.start()
        try:
            attack()
        finally:
            until.set()
            thread.join()
        self.assertTrue(results, "good traffic broke off")
        statuses, longest = results[0]
        self.assertGreater(len(statuses), 20)
        self.assertEqual(set(statuses), {200})
        self.assertLess(longest, 2.0)

    def test_slowloris(self):
        """Many connections that never finish their header, while good traffic goes on."""
        shop = self.shops[0]
        head = request("POST", shop.path, [("X-Slow", "a" * 200)])

        def attack():
            lines = [Raw(self.node.public_port, timeout=READ_TIMEOUT + 5) for _ in range(200)]
            open_lines, sent = list(lines), 0
            began = time.monotonic()
            while open_lines and time.monotonic() - began < READ_TIMEOUT + 3:
                open_lines = [line for line in open_lines if line.send(head[sent : sent + 1])]
                sent += 1
                time.sleep(0.1)
            self.assertEqual(len(open_lines), 0, "slow connections were not cut off")
            for line in lines:
                line.close()

        self.with_good_traffic(attack)

    def test_idle_connections_are_closed(self):
        with Raw(self.node.public_port, timeout=10) as line:
            began = time.monotonic()
            self.assertTrue(line.is_closed_by_server())
            self.assertLess(abs(time.monotonic() - began - 3.0), 1.5)

    def test_connections_over_the_limit_are_told_to_come_again(self):
        lines = []
        try:
            for _ in range(self.connections):
                lines.append(Raw(self.node.public_port))
            wait_for(
                "all connections are counted",
                lambda: self.node.metrics()["wakala_http_connections"] >= self.connections,
                2,
            )
            answer = exchange(self.node.public_port, b"")
            self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "5"))
        finally:
            for line in lines:
                line.close()
        shop = self.shops[0]

        def is_served():
            return post_once(self.node.public_port, shop.path, self.message_body(shop), shop.secret) == 200

        wait_for("room for others again", is_served, 10)

    def test_a_slow_reader_is_let_go(self):
        """Asks for megabytes of answers and reads none of them."""
        shop = self.shops[0]
        challenge = "c" * 12_000
        get = request("GET", f"{shop.path}?hub.mode=subscribe&hub.verify_token=verify-duka-0b6e&hub.challenge={challenge}")
        failures = self.node.metrics()["wakala_http_write_failures_total"]

        def attack():
            with Raw(self.node.public_port, timeout=5, receive_buffer=4096) as line:
                line.socket.setblocking(False)
                deadline = time.monotonic() + 10
                left = get * 2000
                while time.monotonic() < deadline:
                    try:
                        left = left[line.socket.send(left) :]
                    except BlockingIOError:
                        pass
                    except ConnectionError:
                        break
                    if self.node.metrics()["wakala_http_write_failures_total"] > failures:
                        break
                    time.sleep(0.02)
                self.assertGreater(self.node.metrics()["wakala_http_write_failures_total"], failures)

        self.with_good_traffic(attack)


class BatchTest(DaemonTest):
    shops = tuple(QuietShop(f"duka-{index}", index, own_secret=False) for index in range(5))

    def test_a_batch_of_1000_updates_of_five_tenants_is_handled_whole(self):
        conversations = [(shop, self.fresh_phone()) for shop in self.shops for _ in range(20)]
        said = {conversation: [] for conversation in conversations}
        entries = []
        for turn in range(10):
            for number, (shop, phone) in enumerate(conversations):
                text = f"{turn}. " + "maneno mengi " * 205
                said[shop, phone].append(text)
                message = text_message(phone, f"b{number}x{turn}", text)
                entries.append((shop.waba_id, change(shop.number_id, [message])))
        body = body_of(entries)
        self.assertGreater(len(body), 2_900_000)
        self.assertEqual(len(entries), 1000)
        rows = self.node.journal_rows()
        data = self.signed(self.shops[0], body)
        began = time.monotonic()
        self.assertEqual(self.send(data).status, 200)
        print(f"1,000 updates in {len(body):,} bytes took {time.monotonic() - began:.2f} s", flush=True)
        self.assertEqual(self.node.journal_rows() - rows, 1000)
        for shop, phone in conversations:
            self.assertEqual(self.texts_of(shop, phone), said[shop, phone])
        self.assertEqual(self.send(data).status, 200)
        self.assertEqual(self.node.journal_rows() - rows, 1000, "the redelivery changed something")


class TlsTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-tls-")
        self.addCleanup(lambda: self.place.close(keep=keep_of(self)))
        certificate, key = (os.path.join(self.place.path, name) for name in ("certificate.pem", "key.pem"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        self.certificate = certificate
        self.node = self.place.node()
        for listener in ("public", "admin"):
            self.node.settings["listen"][listener] = {
                "address": self.node.settings["listen"][listener],
                "tls_certificate_file": certificate,
                "tls_key_file": key,
            }
        self.node.write_config()
        self.node.spawn()
        self.node.child.wait_until(lambda: "node.started" in self.node.said() or "admin: https" in self.node.said(), READY_SECONDS)

    def client(self, least, most):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.certificate)
        context.set_ciphers("ALL:@SECLEVEL=0")  # this client would speak anything
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what this is about
            context.minimum_version, context.maximum_version = least, most
        return lambda plain: context.wrap_socket(plain, server_hostname="localhost")

    def test_tls_1_2_and_newer_only(self):
        good = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
        for port, path, status in ((self.node.public_port, "/v1/webhooks", 403), (self.node.admin_port, "/healthz", 200)):
            for version in good:
                with self.subTest(version.name, port=port), Raw(port, wrap=self.client(version, version)) as line:
                    line.send(request("GET", path))
                    self.assertEqual(line.answer().status, status)
            for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
                with self.subTest(version.name, port=port), self.assertRaises(ssl.SSLError) as refused:
                    Raw(port, wrap=self.client(version, version))
                self.assertIn("ALERT_PROTOCOL_VERSION", refused.exception.reason)  # said by the server
            with self.subTest("no TLS at all", port=port), self.assertRaises(NoAnswer):
                exchange(port, request("GET", path))
        self.assertEqual(self.node.stop(), 0)


if __name__ == "__main__":
    unittest.main()
