"""What Meta says of an account takes effect: a daemon and a sandbox, from onboarding to a ban and back."""

import unittest

from node import Shop, Workplace, loopback, wait_for

PHONE = "254733800001"


class StandingTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-standing-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.shop = Shop("duka", 0)
        self.sandbox = self.place.sandbox()
        self.node = self.place.node(graph_url=self.sandbox.url)
        self.sandbox.start([self.shop], self.node.public_port, 3, "--chaos", "review_ms=10-50,status_ms=5-20")
        self.node.start()
        self.node.add(self.shop)

    # -- both ends

    def at_meta(self, what, body):
        return loopback.call_json("POST", f"{self.sandbox.url}/_sandbox/{what}", body)

    def number_is(self, **state):
        self.at_meta(f"numbers/{self.shop.number_id}", state)

    def account_is(self, **state):
        self.at_meta(f"accounts/{self.shop.waba_id}", state)

    def says(self, text):
        said = {"phone_number_id": self.shop.number_id, "from": PHONE, "text": text, "wait": True}
        return self.at_meta("inbound", said)

    def account(self):
        return self.node.admin("GET", f"tenants/{self.shop.id}/account")

    def wait_account(self, what, holds):
        wait_for(what, lambda: holds(self.account()), 10)

    def post(self, body):
        """The refusal's code, or nothing."""
        try:
            self.node.admin("POST", f"tenants/{self.shop.id}/messages", {"to": PHONE, **body})
            return None
        except loopback.HttpError as refused:
            return refused

    def post_template(self, name):
        return self.post({"type": "template", "template": {"name": name, "language": {"code": "en"}}})

    def post_text(self, text):
        return self.post({"type": "text", "text": {"body": text}})

    def taken(self, words):
        return [sent for sent in self.sandbox.record() if words in str(sent["body"])]

    def make_template(self, name, category):
        url = f"{self.sandbox.url}/v23.0/{self.shop.waba_id}/message_templates"
        body = {"type": "BODY", "text": f"There is news about the {name} that you asked us for."}
        made = loopback.call_json(
            "POST", url, {"name": name, "language": "en", "category": category, "components": [body]}, token=self.shop.access_token
        )
        return made["id"]

    def template(self, name):
        known = {each["name"]: each for each in self.node.admin("GET", f"tenants/{self.shop.id}/templates")["templates"]}
        return (known.get(name) or {}).get("status") or {}

    # -- what happens

    def test_onboarding_registers_and_learns(self):
        self.number_is(registered=False)
        self.says("HELP")
        self.wait_account("the refusal is shown", lambda a: a["trouble"] and a["trouble"]["code"] == 133010)
        done = self.node.admin("POST", f"tenants/{self.shop.id}/account:onboard", {"pin": "123456"})
        self.assertEqual([step for step in done["steps"] if not step["ok"]], [])
        self.assertEqual(done["numbers"][0]["id"], self.shop.number_id)
        account = self.account()
        self.assertIsNone(account["trouble"])
        self.assertEqual(account["numbers"][0]["quality"]["value"], "GREEN")
        self.assertTrue(account["messaging_limit"])
        wait_for("what waited leaves", lambda: self.taken("You can write at any time"), 20)

    def test_quality_and_upgrades_set_the_pace(self):
        def pace(wanted):
            return lambda account: account["messages_per_second"][self.shop.number_id] == wanted

        self.number_is(throughput="HIGH")
        self.wait_account("1,000 a second", pace(1000))
        self.number_is(quality_rating="RED")
        self.node.admin("POST", f"tenants/{self.shop.id}/account:refresh")
        self.wait_account("a quarter of it", pace(250))

    def test_templates_are_sent_only_while_they_are_approved_and_wanted(self):
        order = self.make_template("order_update", "UTILITY")
        self.make_template("june_offer", "MARKETING")
        for name in ("order_update", "june_offer"):
            wait_for(f"{name} is approved", lambda name=name: self.template(name).get("value") == "APPROVED", 10)
        closed = self.post_text("hello")
        self.assertIn("order_update (en, UTILITY)", str(closed), "what could be sent instead")
        self.says("HUMAN")
        self.assertIsNone(self.post_template("order_update"))
        self.at_meta(f"templates/{order}", {"status": "PAUSED"})
        wait_for("it is paused", lambda: self.template("order_update").get("value") == "PAUSED", 10)
        self.assertIn("template_not_approved", str(self.post_template("order_update")))
        self.at_meta("shoppers", {"phone": PHONE, "marketing": "stop"})
        wait_for("the offer is refused", lambda: "marketing_stopped" in str(self.post_template("june_offer")), 10)
        self.at_meta("shoppers", {"phone": PHONE, "marketing": "resume"})
        wait_for("the offer is welcome", lambda: self.post_template("june_offer") is None, 10)

    def test_a_ban_keeps_what_waits_and_lifts_over_a_restart(self):
        self.says("HUMAN")
        self.account_is(ban="DISABLE")
        self.wait_account("nothing may leave", lambda a: a["held"]["others"] and a["held"]["templates"])
        self.assertIn("account_restricted", str(self.post_text("are you there?")))
        before = len(self.sandbox.record())
        self.says("MENU")
        self.node.kill()
        self.node.start()
        self.assertEqual(self.account()["ban"]["value"], "DISABLE")
        replies = [entry for entry in self.node.messages(self.shop.id, PHONE) if entry["direction"] == "out"]
        self.assertEqual(replies[-1]["status"], "queued")
        self.assertEqual(len(self.sandbox.record()), before)
        self.account_is(ban="REINSTATE")
        wait_for("what waited has left", lambda: len(self.sandbox.record()) > before, 10)
        self.assertIsNone(self.post_text("are you there?"))

    def test_a_blocked_shopper_is_blocked_at_meta_too(self):
        self.says("HUMAN")
        done = self.node.admin("POST", f"tenants/{self.shop.id}/users/{PHONE}:block")
        self.assertEqual([each["ok"] for each in done["at_meta"]], [True], done)
        self.assertTrue(self.says("hello?").get("blocked"))
        self.assertIn("shopper_blocked", str(self.post_text("hello")))
        self.node.admin("POST", f"tenants/{self.shop.id}/users/{PHONE}:unblock")
        self.assertFalse(self.says("hello!").get("blocked"))
        self.assertIsNone(self.post_text("hello"))

    def test_a_shopper_with_a_new_number_is_the_same(self):
        self.says("HUMAN")
        self.at_meta("shoppers", {"phone": PHONE, "new_phone": "254733800009"})
        wait_for("the new number is known", lambda: self.node.messages(self.shop.id, "254733800009"), 10)
        self.assertIn("HUMAN", [entry["text"] for entry in self.node.messages(self.shop.id, "254733800009")])


if __name__ == "__main__":
    unittest.main()
