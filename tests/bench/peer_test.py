"""The peer that Wakala is compared with must itself be right: signature, de-duplication, limiter, queue, worker, and the
runner that starts and stops it. Ends with status 77 when its packages are missing."""

import asyncio
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from urllib.parse import urlsplit

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PEER = os.path.join(TOP, "bench", "peer")
sys.path[:0] = [PEER, os.path.join(TOP, "tests", "faults")]

import run  # noqa: E402
import webhooks  # noqa: E402

SKIPPED = 77
if run.missing_packages():
    print("skipped: missing packages:", *run.missing_packages())
    sys.exit(SKIPPED)

import redis.asyncio  # noqa: E402
import redis.exceptions  # noqa: E402
from shop import dialogue, events, intake, signature, worker  # noqa: E402

SECRET = b"s3cret"


def message(unique, shopper="254700000001", number="n-1", text="hi"):
    body = webhooks.body_of([("waba", webhooks.change(number, [webhooks.text_message(shopper, unique, text)]))])
    return events.events_in(json.loads(body))


class Signature(unittest.TestCase):
    def test_as_every_other_implementation_signs(self):
        for body in (b"", b"{}", "häl\u0142o".encode()):
            self.assertEqual(signature.sign(SECRET, body), webhooks.signature(SECRET.decode(), body))
            self.assertTrue(signature.is_good(SECRET, body, webhooks.signature(SECRET.decode(), body)))

    def test_anything_else_is_refused(self):
        good = signature.sign(SECRET, b"body")
        for given in (None, "", good[7:], good[:-1], good + "0", good.upper(), signature.sign(b"other", b"body")):
            self.assertFalse(signature.is_good(SECRET, b"body", given), given)
        self.assertFalse(signature.is_good(SECRET, b"Body", good))
        self.assertFalse(signature.is_good(b"", b"body", signature.sign(b"", b"body")))


class Events(unittest.TestCase):
    def test_the_documented_payloads_are_read(self):
        directory = os.path.join(TOP, "tests", "data", "payloads")
        messages = statuses = 0
        for name in sorted(os.listdir(directory)):
            if not name.endswith(".json"):
                continue
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                for event in events.events_in(json.load(file)):
                    messages += event.fields["kind"] == "message"
                    statuses += event.fields["kind"] == "status"
                    self.assertTrue(event.key, name)
        self.assertGreater(messages, 40)
        self.assertGreater(statuses, 10)

    def test_a_choice_and_a_status_say_what_they_mean(self):
        choice = webhooks.text_message("2547", "1", "")
        del choice["text"]
        choice.update(type="interactive", interactive={"type": "list_reply", "list_reply": {"id": "prod:mayai-trei"}})
        change = webhooks.change("n-1", [choice])
        change["value"]["statuses"] = [{"id": "wamid.X", "status": "read", "recipient_id": "2547"}]
        first, second = events.events_in(json.loads(webhooks.body_of([("waba", change)])))
        self.assertEqual(first.fields["text"], "prod:mayai-trei")
        self.assertEqual(second.fields, {"kind": "status", "number": "n-1", "id": "wamid.X", "status": "read"})
        self.assertEqual(second.key, "wamid.X:read:2547")

    def test_what_is_no_webhook_is_refused(self):
        for payload in ([], {}, {"entry": [{}]}, {"entry": [{"changes": [{"value": None}]}]}, {"entry": 5}):
            with self.assertRaises((KeyError, TypeError, AttributeError), msg=payload):
                events.events_in(payload)


class Dialogue(unittest.TestCase):
    def test_a_purchase(self):
        session, answers = {}, []
        for text in ("Hi", "prod:sukari-1kg", "add:sukari-1kg:2", "add maziwa FRESH 500ml", "Groceries", "CART"):
            changed, answer = dialogue.step(session, {"shopper": "2547", "text": text, "at": "1"})
            session.update(changed)
            answers.append(answer)
        self.assertEqual(json.loads(session["cart"]), {"sukari-1kg": 2, "maziwa-500ml": 1})
        self.assertEqual(session["message_count"], "6")
        self.assertEqual([answer[answer["type"]].get("type", "text") for answer in answers[:3]], ["list", "button", "text"])
        self.assertEqual(len(answers[4]["interactive"]["action"]["sections"][0]["rows"]), 3)
        self.assertIn("Total: KES 375.00", answers[-1]["text"]["body"])

    def test_odd_texts_get_the_list(self):
        for text in ("", "add", "add ", "add:", "add:x:1", "add:sukari-1kg:", "prod:", "prod:x", "🙂" * 500):
            changed, answer = dialogue.step({}, {"shopper": "2547", "text": text, "at": "1"})
            self.assertEqual(answer["interactive"]["type"], "list", text)
            self.assertNotIn("cart", changed)


class WithRedis(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="peer-test-")
        cls.addClassCleanup(directory.cleanup)
        cls.peer = run.Peer(directory.name, SECRET.decode(), "everysec", 1, 1_000)
        cls.addClassCleanup(cls.peer.stop)
        cls.peer.start_redis()

    async def asyncSetUp(self):
        self.redis = redis.asyncio.from_url(self.peer.redis_url, decode_responses=True)
        self.addAsyncCleanup(self.redis.close, close_connection_pool=True)
        await self.redis.flushall()

    async def queued(self):
        return [json.loads(fields["event"]) for _, fields in await self.redis.xrange(intake.STREAM)]


class IntakeCases:
    intake_of = None

    async def test_an_event_is_queued_once_however_often_and_wherever_it_comes(self):
        taker = self.intake_of(self.redis)
        fresh = await asyncio.gather(*[taker.accept(message("1")) for _ in range(20)])
        self.assertEqual(sorted(fresh), [0] * 19 + [1])
        self.assertEqual(await taker.accept(message("1") + message("2")), 1)
        self.assertEqual(await taker.accept([]), 0)
        self.assertEqual(len(await self.queued()), 2)
        self.assertGreater(await self.redis.ttl(f"seen:{message('1')[0].key}"), 7 * 24 * 3600)

    async def test_the_limit_holds_for_one_number_within_its_window(self):
        now = [1_000_000]
        taker = self.intake_of(self.redis, limit=3, now_ms=lambda: now[0])
        for i in range(3):
            self.assertEqual(await taker.accept(message(str(i))), 1)
            now[0] += 100
        with self.assertRaises(intake.OverLimit):
            await taker.accept(message("3"))
        self.assertEqual(await taker.accept(message("other", number="n-2")), 1)
        now[0] = 1_001_001  # the first has left the window
        self.assertEqual(await taker.accept(message("3")), 1)
        with self.assertRaises(intake.OverLimit):
            await taker.accept(message("4"))

    async def test_over_the_limit_nothing_of_a_body_is_remembered(self):
        taker = self.intake_of(self.redis, limit=1, now_ms=lambda: 5)
        await taker.accept(message("1"))
        with self.assertRaises(intake.OverLimit):
            await taker.accept(message("2", number="n-2") + message("3"))
        self.assertEqual(len(await self.queued()), 1)
        self.assertEqual(await self.intake_of(self.redis).accept(message("2", number="n-2") + message("3")), 2)


class ByScript(IntakeCases, WithRedis):
    intake_of = intake.ScriptIntake


class ByPipelines(IntakeCases, WithRedis):
    intake_of = intake.PipelineIntake

    async def test_a_failed_write_lets_the_repeat_in(self):
        await self.redis.set(intake.STREAM, "not a stream")
        with self.assertRaises(redis.exceptions.ResponseError):
            await self.intake_of(self.redis).accept(message("1"))
        await self.redis.delete(intake.STREAM)
        self.assertEqual(await self.intake_of(self.redis).accept(message("1")), 1)


class Worker(WithRedis):
    async def asyncSetUp(self):
        await super().asyncSetUp()
        self.sent = []
        self.taker = intake.make_intake(self.redis)
        self.worker = await self.new_worker()

    async def new_worker(self):
        made = worker.Worker(self.redis, self.sent.append)
        await made.prepare()
        return made

    async def drain(self, one):
        while await one.run_once(block_ms=1) or await one.run_once(block_ms=1):
            pass

    async def test_messages_of_a_shopper_build_one_cart_in_order(self):
        for unique, text in enumerate(("add:mayai-trei:2", "hi", "add:mayai-trei:3", "CART", "MENU")):
            await self.taker.accept(message(str(unique), text=text))
            await self.taker.accept(message(f"b{unique}", shopper="254700000002", text="hi"))
        await self.drain(self.worker)
        session = await self.redis.hgetall("session:n-1:254700000001")
        self.assertEqual(json.loads(session["cart"]), {"mayai-trei": 5})
        self.assertEqual(session["message_count"], "5")
        self.assertEqual(len(self.sent), 10)
        self.assertEqual(await self.redis.xlen(intake.STREAM), 0)
        self.assertEqual((await self.redis.xpending(intake.STREAM, worker.GROUP))["pending"], 0)

    async def test_what_a_killed_worker_had_taken_is_done_by_its_successor(self):
        await self.taker.accept(message("1", text="add:mayai-trei:3"))
        await self.redis.xreadgroup(worker.GROUP, worker.CONSUMER, {intake.STREAM: ">"})
        await self.taker.accept(message("2", text="add:mayai-trei:1"))
        await self.drain(await self.new_worker())
        session = await self.redis.hgetall("session:n-1:254700000001")
        self.assertEqual(json.loads(session["cart"]), {"mayai-trei": 4})

    async def test_a_status_is_kept(self):
        change = webhooks.change("n-1", [])
        change["value"]["statuses"] = [{"id": "wamid.X", "status": s, "recipient_id": "2"} for s in ("sent", "read")]
        await self.taker.accept(events.events_in(json.loads(webhooks.body_of([("waba", change)]))))
        await self.drain(self.worker)
        self.assertEqual(await self.redis.get("status:wamid.X"), "read")
        self.assertEqual(self.sent, [])


class WholePeer(unittest.TestCase):
    def start(self, *more):
        command = [sys.executable, os.path.join(PEER, "run.py"), "--secret", SECRET.decode(), *more]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        first = process.stdout.readline()
        self.assertTrue(first.startswith("public: http://127.0.0.1:"), first or process.communicate()[1])
        return process, first.split()[1]

    def get(self, url, path):
        parts = urlsplit(url)
        line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        self.addCleanup(line.close)
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read().decode()

    def test_it_answers_like_a_webhook_and_leaves_nothing_running(self):
        for how in intake.INTAKES:
            with self.subTest(intake=how):
                self.use(*self.start("--web-workers", "2", "--intake", how))

    def use(self, process, url):
        children = self.descendants(process.pid)
        self.assertGreaterEqual(len(children), 5)  # Redis, uvicorn with two processes, the worker
        line = webhooks.Line(*urlsplit(url).netloc.split(":"), timeout=20)
        bodies = [
            webhooks.body_of([("waba", webhooks.change("n-1", [webhooks.text_message("2547", str(i), "hi")]))])
            for i in range(50)
        ]
        secret = SECRET.decode()
        statuses = [line.post("/v1/webhooks", body, secret) for body in bodies + bodies]
        self.assertEqual(statuses, [200] * 100)
        self.assertEqual(line.post("/v1/webhooks", bodies[0], "wrong"), 403)
        self.assertEqual(line.post("/v1/webhooks", b"no JSON", secret), 400)
        self.assertEqual(line.post("/v1/webhooks", b"[]", secret), 400)
        self.assertEqual(self.get(url, "/v1/webhooks?hub.mode=subscribe&hub.verify_token=&hub.challenge=1")[0], 403)
        deadline = 200
        while json.loads(self.get(url, "/stats")[1])["waiting"] and deadline:
            deadline -= 1
        self.assertEqual(json.loads(self.get(url, "/stats")[1]), {"accepted": 50, "waiting": 0})
        line.close()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(30), 0, process.stderr.read())
        self.assert_gone(children)

    def test_a_part_that_dies_ends_it_all(self):
        process, _ = self.start("--web-workers", "1")
        children = self.descendants(process.pid)
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            redis_pid = int(file.read().split()[0])
        os.kill(redis_pid, signal.SIGKILL)
        self.assertEqual(process.wait(30), 1)
        self.assertIn("redis ended by itself", process.stderr.read())
        self.assert_gone(children)

    def assert_gone(self, pids):
        # uvicorn's helper process sees its parent's end a moment later.
        for _ in range(100):
            left = [pid for pid in pids if os.path.exists(f"/proc/{pid}")]
            if not left:
                return
            time.sleep(0.05)
        self.fail(f"still running: {left}")

    def descendants(self, pid):
        found = []
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            for child in map(int, file.read().split()):
                found += [child, *self.descendants(child)]
        return found


if __name__ == "__main__":
    unittest.main()
