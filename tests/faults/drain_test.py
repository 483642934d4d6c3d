"""An end in good order under load, and a backup taken while it serves."""

import os
import shutil
import threading
import time
import unittest

import checker
from load import Conversation, Load, catalog, expected_replies
from node import Shop, Workplace, let_pass, run_command, wait_for
from raw_http import NoAnswer, Raw, request
from webhooks import body_of, change, post_once, signature, text_message

SEED = 7


class LoadedTest(unittest.TestCase):
    """A daemon, the sandbox, and shoppers of two tenants that write without pause."""

    limits = {"ambiguous_grace": "2s", "messages_per_second": 500, "drain_timeout": "3s"}

    def setUp(self):
        self.place = Workplace("wakala-drain-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.shops = [Shop("duka", 0), Shop("kiosk", 1, own_secret=False)]
        self.sandbox = self.place.sandbox()
        self.node = self.place.node(limits=self.limits, graph_url=self.sandbox.url)
        self.sandbox.start(self.shops, self.node.public_port, SEED)
        self.node.start()
        for shop in self.shops:
            self.node.add(shop, catalog())
        self.load = Load(("127.0.0.1", self.node.public_port), SEED)
        self.addCleanup(self.load.abandon)
        phones = iter(f"2547226{index:05d}" for index in range(100))
        for shop in self.shops:
            for _ in range(3):
                self.load.add_shopper(Conversation(shop, next(phones), talks_to_a_person=True), pause=(0.0, 0.01))
                self.load.add_shopper(Conversation(shop, next(phones), talks_to_a_person=False), pause=(0.05, 0.1))

    def wait_acknowledged(self, count):
        goal = self.load.acknowledged() + count
        wait_for(f"{count} more updates are acknowledged", lambda: self.load.acknowledged() >= goal, 30)

    def transcripts(self, node=None):
        return {each.key: (node or self.node).messages(*each.key) for each in self.load.conversations}

    def is_settled(self):
        open_ends = [
            entry
            for transcript in self.transcripts().values()
            for entry in checker.outbound_of(transcript)
            if entry["status"] in checker.UNSETTLED
        ]
        read = all("read" in sent["statuses"] for sent in self.sandbox.record())
        return not open_ends and read and self.sandbox.waiting() == 0

    def assert_all_is_well(self):
        wait_for("everything is settled", self.is_settled, 60)
        report = checker.check(self.load.posts, self.transcripts(), self.sandbox.record(), expected_replies)
        self.assertEqual(report.text(), "")
        self.assertGreater(report.acknowledged, 0)
        return report


class DrainTest(LoadedTest):
    def test_sigterm_under_load(self):
        """Ends soon, with status 0, five times over; no request that was taken in goes without its answer."""
        self.load.start()
        for _ in range(5):
            self.wait_acknowledged(60)
            began = time.monotonic()
            self.assertEqual(self.node.stop(), 0)
            self.assertLess(time.monotonic() - began, 5)
            self.node.start()
        self.wait_acknowledged(60)
        self.assertTrue(self.load.finish(30))
        report = self.assert_all_is_well()
        # An end in good order leaves nothing in the dark: what was being sent was waited for, or not begun.
        self.assertEqual(report.repeated_sends, 0)

    def test_requests_in_flight_are_answered(self):
        """Requests whose first bytes were there at SIGTERM are read to their end and answered; nothing new is taken in."""
        shop, phones = self.shops[0], [f"2547227{index:05d}" for index in range(20)]
        lines = []
        for phone in phones:
            body = body_of([(shop.waba_id, change(shop.number_id, [text_message(phone, "drain", "HELP")]))])
            data = request("POST", shop.path, [("X-Hub-Signature-256", signature(shop.secret, body))], body)
            line = Raw(self.node.public_port)
            self.addCleanup(line.close)
            line.send(data[:-10])
            lines.append((line, data[-10:]))
        idle = Raw(self.node.public_port)
        self.addCleanup(idle.close)
        wait_for("all are connected", lambda: self.node.metrics()["wakala_http_connections"] >= len(lines) + 1, 5)
        ended = []
        stopper = threading.Thread(target=lambda: ended.append(self.node.stop()))
        stopper.start()
        self.assertTrue(idle.is_closed_by_server())
        for line, rest in lines:
            line.send(rest)
            answer = line.answer()
            self.assertEqual((answer.status, answer.headers.get("connection")), (200, "close"))
        with self.assertRaises((NoAnswer, OSError)), Raw(self.node.public_port) as late:
            late.send(request("GET", "/v1/webhooks"))
            late.answer()
        stopper.join(10)
        self.assertEqual(ended, [0])
        self.node.start()
        for phone in phones:
            self.assertEqual(self.node.inbound_ids(shop.id, phone), [text_message(phone, "drain", "HELP")["id"]])

    def test_a_request_that_never_ends_does_not_hold_up_the_end(self):
        shop = self.shops[0]
        with Raw(self.node.public_port) as line:
            line.send(request("POST", shop.path, [], b"x" * 100)[:-50])
            wait_for("it is connected", lambda: self.node.metrics()["wakala_http_connections"] >= 1, 5)
            began = time.monotonic()
            self.assertEqual(self.node.stop(), 0)
            self.assertLess(time.monotonic() - began, 6)

    def test_sigterm_while_it_starts(self):
        """However early it comes: an end in good order, and a store that opens again."""
        self.node.stop()
        for number in range(12):
            self.node.spawn()
            let_pass(number * 0.02)
            status = self.node.stop()
            self.assertIn(status, (0, -15), "a signal before the handlers are there ends it at once, which is safe too")
        self.node.start()
        self.load.start()
        self.wait_acknowledged(50)
        self.assertTrue(self.load.finish(30))
        self.assert_all_is_well()

    def test_no_answer_of_meta_holds_up_the_end(self):
        """Meta takes its time; what it has accepted is settled by its echo after the next start."""
        self.sandbox.chaos("answer_ms=60000")
        shop = self.shops[0]
        body = body_of([(shop.waba_id, change(shop.number_id, [text_message("254722799999", "slow", "HELP")]))])
        self.assertEqual(post_once(self.node.public_port, shop.path, body, shop.secret), 200)
        wait_for("Meta has it", self.sandbox.record, 5)
        began = time.monotonic()
        self.assertEqual(self.node.stop(), 0)
        self.assertLess(time.monotonic() - began, 6)
        self.sandbox.chaos("none")
        self.node.start()

        def is_sent():
            [reply] = checker.outbound_of(self.node.messages(shop.id, "254722799999"))
            return reply["status"] in checker.RANKS

        wait_for("its echo settles it", is_sent, 15)
        self.assertEqual(len(self.sandbox.record()), 1)


class BackupTest(LoadedTest):
    def backup(self, file):
        status, out, err = run_command("--config", self.node.config, "backup", file)
        self.assertEqual(status, 0, out + err)

    def assert_whole(self, file):
        for command in ("verify", "rebuild"):
            status, out, err = run_command(command, file)
            self.assertEqual(status, 0, out + err)

    def restored(self, file):
        """A node on the backup, by the steps of docs/operations.md; it reaches no Meta."""
        node = self.place.node("restored-" + os.path.basename(file))
        shutil.copy(self.node.kek, node.kek)
        shutil.copy(file, node.store)
        shutil.copy(file + ".keys", node.store + ".keys")
        self.assert_whole(node.store)
        node.start()
        return node

    def test_a_backup_while_it_serves(self):
        self.load.start()
        self.wait_acknowledged(300)
        files, before = [], []
        for number in range(3):
            before.append(self.load.acknowledged_posts())
            files.append(os.path.join(self.place.path, f"backup-{number}"))
            self.backup(files[-1])
            self.wait_acknowledged(50)
        with self.subTest("it never overwrites"):
            status, out, err = run_command("--config", self.node.config, "backup", files[0])
            self.assertEqual(status, 1)
            self.assertIn(files[0], out + err)
        for file, posts in zip(files, before):
            self.assert_whole(file)
            node = self.restored(file)
            transcripts = self.transcripts(node)
            self.assertEqual(checker.check_no_loss(posts, transcripts), [])
            self.assertEqual(checker.check_once(self.load.posts, transcripts), [])
            self.assertEqual(checker.check_order(self.load.posts, transcripts), [])
            self.assertEqual(checker.check_replies(transcripts, expected_replies), [])
            tenants = [tenant["id"] for tenant in node.admin("GET", "tenants")["tenants"]]
            self.assertEqual(tenants, ["duka", "kiosk"])
            self.assertEqual(len(node.admin("GET", "tenants/duka/catalog")["products"]), 8)
            # It goes on from there: a webhook that comes again is known, a new one is taken.
            rows = node.journal_rows()
            shop, phone = self.shops[0], self.load.conversations[0].phone
            known = node.messages(shop.id, phone)[0]
            again = text_message(phone, f"{phone[-6:]}000001", known["text"])
            self.assertEqual(again["id"], known["id"])
            body = body_of([(shop.waba_id, change(shop.number_id, [again]))])
            self.assertEqual(post_once(node.public_port, shop.path, body, shop.secret), 200)
            fresh = body_of([(shop.waba_id, change(shop.number_id, [text_message(phone, "fresh", "habari")]))])
            self.assertEqual(post_once(node.public_port, shop.path, fresh, shop.secret), 200)
            ids = node.inbound_ids(shop.id, phone)
            self.assertEqual((ids.count(again["id"]), ids[-1]), (1, text_message(phone, "fresh", "")["id"]))
            self.assertGreater(node.journal_rows(), rows)
            self.assertEqual(node.stop(), 0)
        self.assertTrue(self.load.finish(30))
        self.assert_all_is_well()

    def test_a_backup_without_its_keys_is_refused(self):
        file = os.path.join(self.place.path, "backup")
        self.backup(file)
        node = self.place.node("restored")
        shutil.copy(self.node.kek, node.kek)
        shutil.copy(file, node.store)
        status, said = node.refused_start()
        self.assertEqual(status, 1, said)
        self.assertIn(".keys", said)

    def test_verify_finds_damage(self):
        self.load.start()
        self.wait_acknowledged(200)
        self.assertTrue(self.load.finish(30))
        wait_for("everything is settled", self.is_settled, 30)
        file = os.path.join(self.place.path, "backup")
        self.backup(file)
        self.assert_whole(file)
        size = os.path.getsize(file)
        with open(file, "r+b") as damaged:
            damaged.seek(size // 2)
            page = damaged.read(4096)
            damaged.seek(size // 2)
            damaged.write(bytes(byte ^ 0x5A for byte in page))
        status, out, err = run_command("verify", file)
        self.assertEqual(status, 1, out + err)
        with open(file, "r+b") as cut:
            cut.truncate(size // 3)
        self.assertEqual(run_command("verify", file)[0], 1)
        self.assertEqual(run_command("verify", file + ".not-there")[0], 1)


if __name__ == "__main__":
    unittest.main()
