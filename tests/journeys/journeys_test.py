#!/usr/bin/env python3
"""Whole journeys of shoppers, over real HTTP: wakalad, and the sandbox in the place of Meta, Stripe and Safaricom.

Usage: journeys_test.py [TEST...]; WAKALA_BIN_DIR has the programs.
"""

import base64
import json
import os
import sys
import tempfile
import time
import unittest
import urllib.parse

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts", "lib"))

import loopback  # noqa: E402
import smoke  # noqa: E402
from demo_shop import DemoShop, read_json  # noqa: E402

NUMBER = "200000000000001"
PATIENCE = 15


def quiet(_line):
    """The transcript is printed by scripts/run --smoke."""


class Journey(unittest.TestCase):
    shoppers = 0

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="wakala-journeys-")
        cls.shop = DemoShop(cls.directory.name, os.environ["WAKALA_BIN_DIR"], *loopback.free_ports(3))
        cls.addClassCleanup(cls.directory.cleanup)
        cls.addClassCleanup(cls.shop.stop)
        cls.shop.start()
        accounts = cls.shop.payment_accounts()
        accounts["mpesa"].update({"initiator": "wakala", "initiator_credential": "sealed"})
        form = {**cls.shop.tenant, **{key: cls.shop.secrets[key] for key in smoke.TENANT_SECRETS}, "payments": accounts}
        form["limits"] = {"messages_per_hour": 1_000_000, "shopper_messages_per_minute": 1_000}
        cls.shop.admin("PUT", "tenants/duka", form)
        cls.shop.admin("POST", "tenants/duka/payments:register", {})

    def setUp(self):
        self.daraja(callback="normal", auto="", callback_ms=0)
    # -- the world

    def daraja(self, **wish):
        loopback.call("POST", f"{self.shop.phone_url}/_sandbox/daraja", wish)

    def shopper(self, name="Amina Wanjiru"):
        Journey.shoppers += 1
        return smoke.Chat(self.shop.phone_url, NUMBER, f"2547220{Journey.shoppers:05}", name, quiet)

    def send(self, chat, **content):
        body = {"from": chat.shopper, "name": chat.name, "phone_number_id": NUMBER, **content}
        loopback.call("POST", f"{self.shop.phone_url}/_sandbox/inbound", body)

    def order(self, key):
        return self.shop.admin("GET", f"tenants/duka/orders/{key}")

    def eventually(self, is_so, what):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if is_so():
                return
            time.sleep(0.05)
        self.fail(what)

    def is_in(self, key, state):
        self.eventually(lambda: self.order(key)["state"] == state, f"the order is {self.order(key)['state']}")

    def hears_nothing(self, chat):
        """Something said afterwards by another shopper is answered; this one has heard nothing until then."""
        other = self.shopper()
        other.write("hi")
        other.expect("welcome")
        self.assertEqual([smoke.text_of(message) for message in chat._fresh(0)], [])

    # -- what shoppers do

    def buys(self, chat, what="2 Unga wa dola 2kg"):
        chat.write(what)
        chat.expect("Cart: KES")
        chat.write("CHECKOUT")
        chat.expect("Thank you. Your order is")
        return self.shop.admin("GET", "tenants/duka/orders")["orders"][0]

    def asks_for_prompt(self, chat, order):
        chat.tap(lambda title: title in ("Pay with M-Pesa", "Try again"))
        chat.expect("We will send an M-Pesa prompt")
        chat.tap("Send the prompt")
        chat.expect("is on its way to")
        return smoke.sandbox_payment(
            self.shop, ("daraja", "prompts"), lambda one: one["code"] == "" and one["reference"] == order["code"]
        )["id"]

    # -- shelves and words

    def test_paging_back_and_search(self):
        chat = self.shopper()
        chat.write("hi")
        chat.expect("Hi Amina", "welcome")
        chat.tap("Shop")
        chat.expect("Choose a category")
        chat.tap("Groceries")
        first = smoke.choices_of(chat.expect("Groceries: pick an item"))
        chat.tap(lambda title: title.startswith("More"))
        second = smoke.choices_of(chat.expect("Groceries: pick an item"))
        products = [{row for _, row, _ in page if row.startswith("prod:")} for page in (first, second)]
        self.assertTrue(products[0] and products[1] and not products[0] & products[1], products)
        chat.write("BACK")
        chat.expect("Groceries: pick an item")
        chat.write("do you have suger")
        chat.expect("Sukari 1kg")
        chat.write("asali")
        chat.expect("Asali ya Kitui")

    def test_ten_messages_at_once_are_one_conversation_in_order(self):
        chat = self.shopper()
        for _ in range(9):
            self.send(chat, text="1 Unga wa dola 2kg")
        self.send(chat, text="cart")
        chat.expect("9 x Unga wa dola 2kg")

    def test_languages_mix(self):
        chat = self.shopper()
        chat.write("habari")
        chat.expect("karibu")
        chat.write("add 2 Unga wa dola 2kg")
        chat.expect("Kikapu: KES 500")
        chat.write("cart")
        chat.expect("Kikapu chako")
        chat.write("english")
        chat.expect("KES 500")
        chat.write("ongeza 1 Sukari 1kg")
        chat.expect("Cart: KES 655")

    def test_a_native_order_with_a_tampered_price(self):
        chat = self.shopper()
        item = {"product_retailer_id": "duka_unga-dola-2kg", "quantity": 2, "item_price": 1.00, "currency": "KES"}
        self.send(chat, message={"type": "order", "order": {"catalog_id": "1", "text": "", "product_items": [item]}})
        chat.expect("KES 250", "KES 500")
        chat.write("CHECKOUT")
        chat.expect("Thank you. Your order is", "total KES 500")

    # -- M-Pesa

    def test_mpesa_pays(self):
        chat = self.shopper()
        order = self.buys(chat)
        smoke.act(self.shop, self.asks_for_prompt(chat, order), "right_pin")
        chat.expect("We have received your payment of KES 500")
        smoke.deliver(self.shop, chat, order, ("is confirmed", "is packed", "is on its way to you", "was delivered"))

    def test_mpesa_fails_in_every_way_and_pays_at_last(self):
        chat = self.shopper()
        order = self.buys(chat)
        for what, words in (
            ("cancel", "cancelled on the phone"),
            ("wrong_pin", "the PIN was wrong"),
            ("no_money", "not enough money"),
            ("unreachable", "the phone was not reached"),
        ):
            smoke.act(self.shop, self.asks_for_prompt(chat, order), what)
            chat.expect(words, order["code"])
            self.assertEqual(self.order(order["id"])["state"], "awaiting_payment")
        smoke.act(self.shop, self.asks_for_prompt(chat, order), "right_pin")
        chat.expect("We have received your payment")
        self.assertEqual(self.order(order["id"])["owed"]["amount"], "0.00")

    def test_a_lost_callback_is_asked_about(self):
        self.daraja(callback="lost")
        chat = self.shopper()
        order = self.buys(chat)
        smoke.act(self.shop, self.asks_for_prompt(chat, order), "right_pin")
        self.hears_nothing(chat)
        chat.write("I have paid")  # nobody is believed: M-Pesa is asked
        chat.expect("We have received your payment of KES 500")
        self.is_in(order["id"], "paid")

    def test_i_have_paid_without_paying(self):
        chat = self.shopper()
        order = self.buys(chat)
        chat.write("nimelipa")
        chat.expect("No payment for order " + order["code"])
        self.assertEqual(self.order(order["id"])["state"], "awaiting_payment")

    def test_callbacks_that_come_late_and_twice_count_once(self):
        for callback in ("late", "double", "before_answer"):
            with self.subTest(callback):
                self.daraja(callback=callback, late_ms=300, auto="right_pin", auto_ms=0)
                chat = self.shopper()
                order = self.buys(chat)
                chat.tap("Pay with M-Pesa")
                chat.expect("We will send")
                chat.tap("Send the prompt")
                chat.expect("We have received your payment of KES 500")
                now = self.order(order["id"])
                self.assertEqual((now["paid"]["amount"], now["owed"]["amount"]), ("500.00", "0.00"))
                self.hears_nothing(chat)

    def test_paid_by_hand(self):
        chat = self.shopper()
        order = self.buys(chat)
        typed = order["code"][:2].lower() + " " + order["code"][2:]
        prompt = {
            "ShortCode": "174379", "CommandID": "CustomerPayBillOnline", "Amount": 500, "Msisdn": chat.shopper,
            "BillRefNumber": typed,
        }  # fmt: skip
        basic = f"{self.shop.secrets['daraja_key']}:{self.shop.secrets['daraja_secret']}"
        daraja = f"{self.shop.phone_url}/_sandbox/daraja"
        key = base64.b64encode(basic.encode()).decode()
        answer = loopback.call(
            "GET",
            f"{daraja}/oauth/v1/generate?grant_type=client_credentials",
            headers={"Authorization": f"Basic {key}"},
        )
        token = json.loads(answer)["access_token"]
        loopback.call_json("POST", f"{daraja}/mpesa/c2b/v1/simulate", prompt, token=token)
        chat.expect("We have received your payment of KES 500")
        self.is_in(order["id"], "paid")

    # -- by card

    def test_a_page_opened_twice_is_paid_once(self):
        chat = self.shopper()
        order = self.buys(chat)
        chat.tap("Pay by card")
        page = smoke.text_of(chat.expect("Please pay KES 500"))
        session = smoke.sandbox_payment(
            self.shop, ("stripe", "sessions"), lambda one: one.get("url") and one["url"] in page
        )
        smoke.act(self.shop, session["id"], "pay")
        chat.expect("We have received your payment")
        with self.assertRaises(loopback.HttpError) as refused:
            smoke.act(self.shop, session["id"], "pay")
        self.assertEqual(refused.exception.status, 409)
        self.assertEqual(self.order(order["id"])["owed"]["amount"], "0.00")

    def test_two_ways_at_once_and_the_second_goes_back(self):
        chat = self.shopper()
        order = self.buys(chat)
        chat.tap("Pay by card")
        page = smoke.text_of(chat.expect("Please pay KES 500"))
        session = smoke.sandbox_payment(
            self.shop, ("stripe", "sessions"), lambda one: one.get("url") and one["url"] in page
        )
        chat.write("my order")
        chat.expect(order["code"])
        chat.tap("Pay now")
        chat.expect("How would you like to pay?")
        prompt = self.asks_for_prompt(chat, order)
        smoke.act(self.shop, session["id"], "pay")
        chat.expect("We have received your payment")
        smoke.act(self.shop, prompt, "right_pin")
        chat.expect("does not need it any more")
        chat.expect("We have sent KES 500 back to you")
        self.eventually(lambda: self.order(order["id"])["owed"]["amount"] == "0.00", "money is still owed")
        self.assertEqual(self.order(order["id"])["state"], "paid")

    # -- races and people

    def test_the_last_item_is_sold_once(self):
        shelf = read_json(TOP, "deploy", "demo", "catalog.json")
        asali = next(product for product in shelf["products"] if product["id"] == "asali-500g")
        self.shop.admin("PUT", "tenants/duka/catalog", {"products": [{**asali, "stock": 1}, *shelf["products"][:15]]})
        self.addCleanup(self.shop.admin, "PUT", "tenants/duka/catalog", shelf)
        first, second = self.shopper(), self.shopper("Brian Otieno")
        for chat in (first, second):
            chat.write("1 Asali ya Kitui 500g")
            chat.expect("Cart: KES 550")
        for chat in (first, second):
            self.send(chat, text="CHECKOUT")
        answers = [smoke.text_of(self.next_of(chat)) for chat in (first, second)]
        self.assertEqual(sum("Thank you. Your order is" in text for text in answers), 1, answers)
        self.assertEqual(sum("sold out" in text for text in answers), 1, answers)

    def next_of(self, chat):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if fresh := chat._fresh(1000):
                chat.last = fresh[-1]
                return fresh[-1]
        self.fail("no answer")

    def test_a_user_name_adopted_in_the_middle_of_an_order(self):
        chat = self.shopper()
        user = f"KE.{Journey.shoppers}99"
        self.send(chat, text="2 Unga wa dola 2kg", user_id=user)
        chat.expect("Cart: KES 500")
        # From now on Meta tells the user id alone.
        self.send(chat, text="cart", user_id=user, username="amina.w", hide_phone=True)
        self.eventually(
            lambda: self.shop.admin("GET", f"tenants/duka/conversations/{user}")["cart"]["total"]["amount"] == "500.00",
            "the cart is another shopper's",
        )
        self.assertEqual(
            self.shop.admin("GET", f"tenants/duka/conversations/{user}")["session"]["session_id"],
            self.shop.admin("GET", f"tenants/duka/conversations/{chat.shopper}")["session"]["session_id"],
        )

    def test_a_person_takes_over_and_gives_back(self):
        chat = self.shopper()
        chat.write("hi")
        chat.expect("welcome")
        chat.write("HUMAN")
        chat.expect("will")
        chat.write("my rider is lost")
        self.hears_nothing(chat)
        answer = {"to": chat.shopper, "type": "text", "text": {"body": "I am calling the rider now."}}
        self.shop.admin("POST", "tenants/duka/messages", {"messaging_product": "whatsapp", **answer})
        chat.expect("I am calling the rider now.")
        chat.write("thank you")
        self.hears_nothing(chat)
        chat.write("MENU")
        chat.expect("welcome")

    def test_stop_then_silence(self):
        chat = self.shopper()
        order = self.buys(chat)
        chat.write("stop by tomorrow")
        chat._fresh(1500)
        chat.write("ACHA")
        self.next_of(chat)
        chat.write("STOP")
        self.hears_nothing(chat)
        chat.write("START")
        self.next_of(chat)
        self.assertEqual(self.order(order["id"])["state"], "awaiting_payment")

    @classmethod
    def tearDownClass(cls):
        for currency, accounts in cls.shop.admin("GET", "tenants/duka/ledger")["balances"].items():
            cents = sum(round(float(amount) * 100) for amount in accounts.values())
            assert cents == 0, f"the books of {currency} do not balance: {accounts}"
        day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 3 * 3600))
        report = cls.shop.admin("GET", f"tenants/duka/reconciliation?date={day}")
        assert report["differences_total"] == 0 and not report["attention"], report


if __name__ == "__main__":
    unittest.main(verbosity=2)
