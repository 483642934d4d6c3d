#!/usr/bin/env python3
"""Random histories of shoppers, orders and payments through the real daemon on SQLite, with `kill -9` in between. In
the end no piece, no order and no cent is unaccounted for, and each shopper was told each state once.

WAKALA_BIN_DIR has the programs; WAKALA_HISTORY_SEED plays one again, WAKALA_HISTORY_SHOPPERS says how many there are.
"""

import os
import random
import sys
import tempfile
import time
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts", "lib"))

import loopback  # noqa: E402
import smoke  # noqa: E402
from demo_shop import DemoShop  # noqa: E402

NUMBER = "200000000000001"
SHOPPERS = int(os.environ.get("WAKALA_HISTORY_SHOPPERS", "200"))
PAID_AT_LEAST = SHOPPERS // 50  # orders
KILLS = 6
HURRIED = 8  # shoppers, at each of them
STOCK = {"unga": 200, "chai": 90}
PRICES = {"unga": 25000, "chai": 10050}
SETTLE_SECONDS = 120
SOLD = ("paid", "confirmed", "packed", "shipped", "delivered")
WORDS = {
    "paid": "We have received your payment of",
    "confirmed": "is confirmed. We are getting it ready.",
    "packed": "is packed.",
    "shipped": "is on its way to you.",
    "delivered": "was delivered.",
    "cancelled": "was cancelled.",
    "refunded": "We have refunded your order",
    "expired": "was not paid in time",
}


def cents(amount):
    whole, _, rest = amount.partition(".")
    return (-1 if whole.startswith("-") else 1) * (abs(int(whole)) * 100 + int((rest + "00")[:2]))


class Histories(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("WAKALA_HISTORY_SEED") or random.SystemRandom().randrange(1, 10**6))
        print(f"seed {self.seed}", flush=True)
        self.dice = random.Random(self.seed)
        directory = tempfile.TemporaryDirectory(prefix="wakala-histories-")
        self.addCleanup(directory.cleanup)
        self.shop = DemoShop(directory.name, os.environ["WAKALA_BIN_DIR"], *loopback.free_ports(3))
        self.addCleanup(self.shop.stop)
        self.shop.start()
        form = {**self.shop.tenant, **{key: self.shop.secrets[key] for key in smoke.TENANT_SECRETS}}
        form["payments"] = self.shop.payment_accounts()
        form["limits"] = {"messages_per_hour": 1_000_000, "shopper_messages_per_minute": 1_000}
        self.shop.admin("PUT", "tenants/duka", form)
        products = [
            {"id": key, "name": key.capitalize(), "category": "Food", "price": f"{PRICES[key] / 100:.2f}", "stock": count}
            for key, count in STOCK.items()
        ]
        self.shop.admin("PUT", "tenants/duka/catalog", {"products": products})
        self.shoppers = [f"2547330{i:05}" for i in range(SHOPPERS)]

    # -- what happens

    def sandbox(self, method, path, body=None):
        return loopback.call_json(method, f"{self.shop.phone_url}/_sandbox/{path}", body)

    def says(self, phone, **content):
        self.sandbox("POST", "inbound", {"from": phone, "name": "Amina", "phone_number_id": NUMBER, **content})

    def taps(self, phone, identifier):
        self.says(phone, button_reply={"id": identifier, "title": "x"})

    def tries(self, method, path, body=None):
        """A call that may be refused, or find nobody."""
        try:
            return self.shop.admin(method, path, body)
        except loopback.HttpError as refused:
            if refused.status not in (0, 404, 409, 422, 503):
                raise
            return None

    def payments(self):
        return self.sandbox("GET", "payments")

    def provider_acts(self):
        """Payers answer some prompts and pages."""
        state = self.payments()
        for prompt in state["daraja"]["prompts"]:
            if prompt["code"] == "" and self.dice.random() < 0.7:
                what = self.dice.choice(("right_pin", "right_pin", "right_pin", "wrong_pin", "cancel", "no_money"))
                self.acts(prompt["id"], what)
        for session in state["stripe"]["sessions"]:
            if session["status"] == "open" and self.dice.random() < 0.5:
                self.acts(session["id"], self.dice.choice(("pay", "pay", "decline")))

    def acts(self, identifier, what):
        try:
            smoke.act(self.shop, identifier, what)
        except loopback.HttpError as refused:
            if refused.status != 409:
                raise

    def merchant_acts(self):
        listed = self.tries("GET", "tenants/duka/orders?limit=100")
        for order in (listed or {"orders": []})["orders"]:
            if self.dice.random() < 0.3:
                move = self.dice.choice(("confirm", "pack", "ship", "deliver", "cancel", "refund", "confirm", "pack"))
                if move == "confirm" and order["state"] == "awaiting_payment":
                    continue  # paid at the door: that is another shop
                self.tries("POST", f"tenants/duka/orders/{order['id']}:{move}", {})

    def step(self):
        phone = self.dice.choice(self.shoppers)
        what = self.dice.randrange(12)
        if what < 4:
            self.says(phone, text=f"{self.dice.randrange(1, 4)} {self.dice.choice(list(STOCK))}")
        elif what < 7:
            self.says(phone, text="checkout")
        elif what < 9:
            self.taps(phone, f"pay:from:{phone}")
        elif what == 9:
            self.taps(phone, "pay:card")
        elif what == 10:
            self.says(phone, text="I have paid")
        else:
            self.says(phone, text="my order")
        if self.dice.random() < 0.2:
            self.provider_acts()
        if self.dice.random() < 0.03:
            self.merchant_acts()
        if self.dice.random() < 0.02:
            callback = self.dice.choice(("normal", "normal", "lost", "late", "double", "before_answer"))
            self.sandbox("POST", "daraja", {"callback": callback, "late_ms": 500})

    def kills(self):
        """As a power cut would, while some check out; the daemon comes back, and its merchant goes on at once."""
        hurried = self.dice.sample(self.shoppers, HURRIED)
        for what in ("1 unga", "checkout"):
            for phone in hurried:
                self.says(phone, text=what)
        daemon = next(child for child in self.shop.children if child.name == "wakalad")
        daemon.kill()
        self.shop.children.remove(daemon)
        self.shop._start_wakalads()
        for _ in range(3):
            self.merchant_acts()

    # -- and what is true in the end

    def pages(self, path, key):
        after, found = "", []
        while True:
            page = self.shop.admin("GET", f"tenants/duka/{path}?limit=500{after}")
            found += page[key]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    def settle(self):
        """Every prompt and page comes to its end, and everything that was on its way arrives."""
        self.sandbox("POST", "daraja", {"callback": "normal"})
        deadline = time.monotonic() + SETTLE_SECONDS
        open_states = ("created", "sent", "unknown", "pending")
        while True:
            for prompt in self.payments()["daraja"]["prompts"]:
                if prompt["code"] == "":
                    self.acts(prompt["id"], "cancel")
            waiting = [p for p in self.pages("payments", "payments") if p["state"] in open_states]
            for payment in waiting:
                if payment["reference"] is not None and payment["form"] == "prompt":
                    self.tries("POST", f"tenants/duka/payments/{payment['id']}:check", {})
            # A page may stay open; a prompt whose name was lost in a crash may be waited for: neither holds money.
            holding = [p for p in waiting if p["form"] == "prompt" and p["reference"] is not None]
            faults = self.faults()
            if not holding and not faults:
                return
            if time.monotonic() > deadline:
                self.fail(f"seed {self.seed}: {faults or holding}")
            time.sleep(1)

    def faults(self):
        orders = self.pages("orders", "orders")
        ledger = self.shop.admin("GET", "tenants/duka/ledger")["balances"].get("KES", {})
        sums = {account: cents(amount) for account, amount in ledger.items()}
        found = []
        if sum(sums.values()) != 0:
            found.append(f"the books do not balance: {sums}")
        entries = {}
        for entry in self.pages("ledger", "entries"):
            for posting in entry["postings"]:
                entries[posting["account"]] = entries.get(posting["account"], 0) + cents(posting["amount"])
        if {k: v for k, v in entries.items() if v} != {k: v for k, v in sums.items() if v}:
            found.append(f"entries {entries} are not the balances {sums}")
        state = self.payments()
        # A prompt whose name was lost with the daemon, and whose callback found nobody, can be asked about by nobody
        # either: M-Pesa's own statement tells of it.
        nameless = {p["id"] for p in self.pages("payments", "payments") if p["reference"] is None}
        by_mpesa = 100 * sum(
            prompt["shillings"]
            for prompt in state["daraja"]["prompts"]
            if prompt["code"] == "0" and prompt["callback_url"].split("/")[-2][:32] not in nameless
        )
        by_card = sum(i["amount_received"] for i in state["stripe"]["intents"])
        back = sum(r["amount"] for r in state["stripe"]["refunds"] if r["status"] == "succeeded")
        for account, there in (("money:mpesa", by_mpesa), ("money:stripe", by_card - back)):
            if sums.get(account, 0) != there:
                found.append(f"{account} holds {sums.get(account, 0)}, and the provider has taken {there}")
        if -sums.get("sales", 0) != sum(cents(o["paid"]["amount"]) for o in orders):
            found.append("sales are not what was paid for orders")
        if -sums.get("owed_to_shoppers", 0) != sum(cents(o["owed"]["amount"]) for o in orders):
            found.append("what is owed is not what orders say")
        for order in orders:
            if cents(order["paid"]["amount"]) > cents(order["total"]["amount"]):
                found.append(f"{order['code']} is paid twice")
        sold = dict.fromkeys(STOCK, 0)
        for order in orders:
            if order["state"] in SOLD:
                for item in order["items"]:
                    sold[item["product_id"]] += item["quantity"]
        for product in self.shop.admin("GET", "tenants/duka/catalog")["products"]:
            if product["stock"] != STOCK[product["id"]] - sold[product["id"]]:
                found.append(f"{product['id']}: {product['stock']} on the shelf, {sold[product['id']]} sold")
        return found + self.untold(orders)

    def untold(self, orders):
        texts = {}
        placed = set()  # codes that shoppers have heard of
        after = 0
        while messages := self.sandbox("GET", f"messages?after={after}")["messages"]:
            after = max(message["seq"] for message in messages)
            for message in messages:
                if "Your order is " in smoke.text_of(message):
                    placed.add(smoke.text_of(message).split("Your order is ")[1][:5])
                if message["body"].get("type") == "text":  # what a shopper has asked for has buttons
                    text = smoke.text_of(message)
                    texts[text] = texts.get(text, 0) + 1
        found = []
        for order in orders:
            # One that was cancelled while the answer to its shopper was lost with the daemon was never heard of.
            for step in order["history"] if order["code"] in placed else []:
                words = WORDS[step["state"]]
                told = sum(times for text, times in texts.items() if order["code"] in text and words in text)
                if told != 1 and not self.shares_code(orders, order):
                    found.append(f"{order['code']} was told {told} times that it is {step['state']}")
        return found

    @staticmethod
    def shares_code(orders, order):
        """A code comes back once its order is over."""
        return sum(other["code"] == order["code"] for other in orders) > 1

    @staticmethod
    def paid(orders):
        """How many were paid, whatever became of them later."""
        return sum(any(step["state"] == "paid" for step in order["history"]) for order in orders)

    def test_nothing_is_unaccounted_for(self):
        for phone in self.shoppers:
            self.says(phone, text="hi")
        steps = SHOPPERS * 5
        kills = set(self.dice.sample(range(steps // 10, steps), KILLS))
        for number in range(2 * steps):
            # A few histories are of people who hardly ever pay: they go on for longer, or they would prove little.
            if number >= steps and number % 50 == 0 and self.paid(self.pages("orders", "orders")) > PAID_AT_LEAST:
                break
            self.step()
            if number in kills:
                self.kills()
        self.provider_acts()
        self.kills()
        self.settle()
        orders = self.pages("orders", "orders")
        self.assertGreater(len(orders), SHOPPERS // 4)
        self.assertGreater(self.paid(orders), PAID_AT_LEAST)
        print(f"{len(orders)} orders, {KILLS + 1} kills: all accounted for", flush=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
