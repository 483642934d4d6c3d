"""Sends whose outcome is unknown: an echo settles them; without one they are sent again after the grace time, and listed."""

import time
import unittest

from load import HELP
from node import Shop, Workplace, let_pass, wait_for
from webhooks import body_of, change, post_once, text_message

GRACE = 2.0
PHONE = "254733900001"


class AmbiguityTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-ambiguity-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.shop = Shop("duka", 0)
        self.sandbox = self.place.sandbox()
        limits = {"ambiguous_grace": f"{int(GRACE * 1000)}ms", "graph_timeout": "1s"}
        self.node = self.place.node(limits=limits, graph_url=self.sandbox.url)
        self.sandbox.start([self.shop], self.node.public_port, 1)
        self.node.start()
        self.node.add(self.shop)

    def ask(self, unique):
        message = text_message(PHONE, unique, "HELP")
        body = body_of([(self.shop.waba_id, change(self.shop.number_id, [message]))])
        self.assertEqual(post_once(self.node.public_port, self.shop.path, body, self.shop.secret), 200)

    def replies(self):
        return [entry for entry in self.node.messages(self.shop.id, PHONE) if entry["direction"] == "out"]

    def wait_status(self, *wanted, seconds=15):
        wait_for(f"every reply is {wanted}", lambda: all(e["status"] in wanted for e in self.replies()), seconds)

    def sends(self):
        return [(sent["text"], sent["biz_opaque_callback_data"]) for sent in self.sandbox.record()]

    def test_an_echo_settles_a_lost_answer(self):
        self.sandbox.chaos("lost_answer=1")
        self.ask("one")
        self.wait_status("sent", "delivered", "read", seconds=GRACE * 0.9)
        self.sandbox.chaos("none")
        let_pass(GRACE + 0.5)
        [reply] = self.replies()
        self.assertEqual((reply["ambiguous"], reply["attempts"]), (0, 1))
        self.assertEqual(self.sends(), [(HELP, reply["id"])])

    def test_an_echo_that_comes_after_a_crash_settles_it_too(self):
        self.sandbox.chaos("lost_answer=1,status_ms=900")
        self.ask("one")
        wait_for("Meta has it", self.sends, 5)
        self.node.kill()
        wait_for("the echo found nobody", lambda: self.sandbox.waiting() > 0, 5)
        self.sandbox.chaos("none")
        self.node.start()
        self.wait_status("sent", "delivered", "read")
        let_pass(GRACE + 0.5)
        [reply] = self.replies()
        self.assertEqual(reply["ambiguous"], 0)
        self.assertEqual(self.sends(), [(HELP, reply["id"])])

    def test_without_an_echo_it_is_sent_again_and_listed(self):
        self.sandbox.chaos("lost_answer=1,status_loss=1")
        self.ask("one")
        wait_for("Meta has it", self.sends, 5)
        began = time.monotonic()
        self.ask("two")
        self.sandbox.chaos("none")
        wait_for("Meta has it twice", lambda: len(self.sends()) >= 2, GRACE + 5)
        self.assertGreater(time.monotonic() - began, GRACE - 0.7, "it was sent again before its grace time was over")
        self.wait_status("sent", "delivered", "read")
        first, second = self.replies()
        self.assertEqual((first["ambiguous"], first["attempts"]), (1, 2))
        self.assertEqual((second["ambiguous"], second["attempts"]), (0, 1))
        self.assertEqual([id for _, id in self.sends()], [first["id"], first["id"], second["id"]])
        self.assertEqual(self.node.metrics()["wakala_sends_resent_after_ambiguity_total"], 1)

    def test_after_a_crash_without_an_echo_it_is_sent_again_and_listed(self):
        self.sandbox.chaos("status_loss=1,answer_ms=3000")
        self.ask("one")
        wait_for("Meta has it", self.sends, 5)
        self.node.kill()
        self.sandbox.chaos("none")
        self.node.start()
        self.wait_status("sent", "delivered", "read")
        [reply] = self.replies()
        self.assertEqual(reply["ambiguous"], 1)
        self.assertEqual([id for _, id in self.sends()], [reply["id"]] * 2)


if __name__ == "__main__":
    unittest.main()
