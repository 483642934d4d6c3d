"""Orders are told of by templates when the shopper's window is closed: a daemon, a sandbox, and two days that pass."""

import unittest

from node import Shop, Workplace, loopback, program, wait_for

PHONE = "254733800002"
TWO_DAYS = 2 * 86_400
CATALOG = {"products": [{"id": "unga", "name": "Unga", "category": "Flour", "price": "250.00"}]}


class OrderNewsTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-order-news-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.shop = Shop("duka", 0)
        self.sandbox = self.place.sandbox()
        self.node = self.place.node(graph_url=self.sandbox.url)
        self.sandbox.start([self.shop], self.node.public_port, 3, "--chaos", "review_ms=10-50,status_ms=5-20")
        self.node.start()
        self.node.add(self.shop, CATALOG)

    # -- both ends

    def at_meta(self, what, body):
        return loopback.call_json("POST", f"{self.sandbox.url}/_sandbox/{what}", body)

    def says(self, text):
        self.at_meta("inbound", {"phone_number_id": self.shop.number_id, "from": PHONE, "text": text, "wait": True})

    def of_tenant(self, method, path, body=None):
        return self.node.admin(method, f"tenants/{self.shop.id}/{path}", body)

    def submit(self):
        return self.of_tenant("POST", "templates:submit_order_templates")["templates"]

    def move(self, code, action, form=None):
        return self.of_tenant("POST", f"orders/{code}:{action}", form or {})

    def taken(self, template):
        """The times that Meta has taken it."""
        return [
            sent["body"]
            for sent in self.sandbox.record()
            if sent["body"].get("template", {}).get("name") == template
        ]

    def last_message(self):
        return self.node.messages(self.shop.id, PHONE)[-1]

    def two_days_pass(self):
        self.node.kill()
        self.node.environment = {
            "LD_PRELOAD": program("libwakala_wrong_clock.so"),
            "WRONG_CLOCK_SECONDS": str(TWO_DAYS),
        }
        self.node.start()

    # -- what happens

    def test_an_order_is_told_of_after_two_days(self):
        made = self.submit()
        self.assertEqual({each["outcome"] for each in made}, {"submitted"}, made)
        self.assertEqual(len(made), 16)

        def statuses():
            return {each["status"]["value"] for each in self.of_tenant("GET", "templates")["templates"]}

        wait_for("all are approved", lambda: statuses() == {"APPROVED"}, 10)
        again = self.submit()
        self.assertEqual({(each["outcome"], each["status"]) for each in again}, {("exists", "APPROVED")})

        for text in ("2 unga", "checkout"):
            self.says(text)
        [order] = wait_for("the order", lambda: self.of_tenant("GET", "orders")["orders"], 10)
        code = order["code"]
        self.move(code, "confirm", {"delivery_date": "2031-12-01"})
        wait_for("it is told in the window", lambda: "1 December 2031" in str(self.sandbox.record()), 10)

        self.two_days_pass()
        self.move(code, "pack")
        [packed] = wait_for("it is told by a template", lambda: self.taken("order_packed_en"), 10)
        self.assertIn("1 December 2031", str(packed))
        wait_for("it arrives", lambda: self.last_message()["status"] in ("delivered", "read"), 10)
        self.assertIn(f"your order {code}", self.last_message()["text"])

        known = self.of_tenant("GET", "templates")["templates"]
        [shipped] = [each["id"] for each in known if each["name"] == "order_shipped_en"]
        self.at_meta(f"templates/{shipped}", {"status": "PAUSED"})
        self.of_tenant("POST", "account:refresh")
        self.move(code, "ship")
        wait_for("what is paused is not sent", lambda: self.last_message()["status"] == "failed", 10)
        self.assertEqual(self.last_message()["error"]["code"], "132015")
        self.assertEqual(self.node.said().count("order.not_told"), 1)

        self.node.kill()
        self.node.start()
        self.move(code, "deliver")
        wait_for("the next is told", lambda: self.taken("order_delivered_en"), 10)
        self.assertEqual(len(self.taken("order_packed_en")), 1)
        self.assertEqual(self.taken("order_shipped_en"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
