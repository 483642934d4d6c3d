"""Plays a purchase in the demo shop as a shopper would, and looks for what must not be found on disk afterwards."""

import os
import time
import urllib.parse

import leaks
import loopback
from demo_shop import PAYMENT_SECRETS, TENANT_SECRETS

# Nothing else on this machine says these, so finding one on disk is a leak.
SHOPPER_PHONE = "254711904357"
SHOPPER_NAME = "Amina Wanjiru"
TYPED = "je mnaleta mpaka Kilimani gate ya kijani"
ANSWER_SECONDS = 10


class SmokeFailed(Exception):
    """The shop did not do what it should."""


def choices_of(message):
    """What the shopper can tap in a message, as it was really sent: (kind, id, title) in order."""
    interactive = message["body"].get("interactive", {})
    action = interactive.get("action", {})
    if interactive.get("type") == "button":
        return [("button_reply", each["reply"]["id"], each["reply"]["title"]) for each in action["buttons"]]
    if interactive.get("type") == "list":
        return [("list_reply", row["id"], row["title"]) for section in action["sections"] for row in section["rows"]]
    return []


def text_of(message):
    """What the shopper reads."""
    body = message["body"]
    return body.get("text", {}).get("body") or body.get("interactive", {}).get("body", {}).get("text", "")


class Chat:
    """The shopper's side, through the sandbox."""

    def __init__(self, phone_url, number_id, shopper=SHOPPER_PHONE, name=SHOPPER_NAME, show=print):
        self.phone_url = phone_url
        self.number_id = number_id
        self.shopper = shopper
        self.name = name
        self.show = show
        self.seen = 0
        self.last = None

    def _write(self, content, shown):
        self.show(f"  {self.name.split()[0]:>8}: {shown}")
        body = {"from": self.shopper, "name": self.name, "phone_number_id": self.number_id, **content}
        loopback.call("POST", f"{self.phone_url}/_sandbox/inbound", body)

    def _fresh(self, wait_ms):
        query = urllib.parse.urlencode({"after": self.seen, "to": self.shopper, "wait_ms": wait_ms})
        answer = loopback.call_json("GET", f"{self.phone_url}/_sandbox/messages?{query}", timeout=wait_ms / 1000 + 5)
        messages = answer["messages"]
        for message in messages:
            self.seen = max(self.seen, message["seq"])
            self._show(message)
        return messages

    def _show(self, message):
        first, *others = text_of(message).splitlines() or [message["type"]]
        self.show(f"  {'shop':>8}: {first}")
        for line in others:
            self.show(f"  {'':>8}  {line}")
        titles = [title for _, _, title in choices_of(message)]
        if titles:
            self.show(f"  {'':>8}  [{'] ['.join(titles)}]")

    def expect(self, *parts):
        """Waits for a message that holds all parts, and makes it the one that is tapped next."""
        deadline = time.monotonic() + ANSWER_SECONDS
        read = []
        while time.monotonic() < deadline:
            asked = time.monotonic()
            for message in self._fresh(1000):
                read.append(text_of(message))
                if all(part in read[-1] for part in parts):
                    self.last = message
                    return message
            if time.monotonic() - asked < 0.05:
                time.sleep(0.05)  # answered at once without news: do not ask in a tight loop
        raise SmokeFailed(f"expected an answer with {' and '.join(map(repr, parts))}, got {read or 'none'}")

    def write(self, text):
        self._write({"text": text}, text)

    def tap(self, wanted):
        """Taps the choice whose title `wanted` accepts (a title or a function), in the last message expected."""
        accepts = wanted if callable(wanted) else lambda title: title == wanted
        for kind, identifier, title in choices_of(self.last):
            if accepts(title):
                self._write({kind: {"id": identifier, "title": title}}, f"[{title}]")
                return title
        titles = [title for _, _, title in choices_of(self.last)]
        raise SmokeFailed(f"there is nothing to tap for {wanted!r} in {titles}")


def product_for(catalog, price="250.00"):
    """The first product of the demo catalog with the price that makes two of it KES 500."""
    for product in catalog["products"]:
        if product["price"] == price and product.get("stock", 2) >= 2:
            return product
    raise SmokeFailed(f"the demo catalog has no product for {price}")


def is_row_of(name):
    """A row shows a name that may have been cut to fit."""
    return lambda title: title == name or (title.endswith("…") and name.startswith(title[:-1].rstrip()))


def play(shop, catalog, show=print):
    """hi, shop, category, product, add 2, cart, second language, and one sentence that no shop understands. Returns the chat."""
    product = product_for(catalog)
    chat = Chat(shop.phone_url, shop.tenant["phone_numbers"][0]["id"], show=show)
    store = shop.tenant["name"]

    chat.write("hi")
    chat.expect(f"Hi {SHOPPER_NAME.split()[0]}", f"welcome to {store}. What would you like to do?")
    chat.tap("Shop")
    chat.expect("Choose a category")
    chat.tap(is_row_of(product["category"]))
    chat.expect(f"{product['category']}: pick an item")
    chat.tap(is_row_of(product["name"]))
    chat.expect(product["name"])
    chat.tap(lambda title: "2" in title.split())
    chat.expect(f"Added: {product['name']} x2. Cart: KES 500.")
    chat.write("CART")
    chat.expect(product["name"], "KES 500")
    chat.write("LANGUAGE")
    chat.expect("Kikapu chako", "KES 500")
    chat.write("ORODHA")
    chat.expect(f"karibu {store}. Ungependa kufanya nini?")
    chat.write(TYPED)
    chat.expect("Samahani, sijaelewa.")
    return chat


def place_order(shop, chat, words, placed):
    """The cart becomes an order, which the chat and the admin API both know."""
    chat.write(words)
    answer = text_of(chat.expect(placed, "KES 500"))
    order = shop.admin("GET", f"tenants/{shop.tenant['id']}/orders")["orders"][0]
    if order["state"] != "awaiting_payment" or order["code"] not in answer:
        raise SmokeFailed(f"the admin API shows another order: {order}")
    return order


def sandbox_payment(shop, kind, is_wanted):
    """What a payment provider has in hand, as soon as there is one that `is_wanted` takes."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        state = loopback.call_json("GET", f"{shop.phone_url}/_sandbox/payments")
        provider, name = kind
        for one in state[provider][name]:
            if is_wanted(one):
                return one
        time.sleep(0.05)
    raise SmokeFailed(f"the sandbox has no such {kind}")


def act(shop, identifier, what):
    quoted = urllib.parse.quote(identifier, safe="")
    loopback.call("POST", f"{shop.phone_url}/_sandbox/payments/{quoted}", {"do": what})


def pay_by_mpesa(shop, chat, order, titles, prompted, paid):
    """The shopper taps, sees the prompt, and enters the PIN on the phone."""
    chat.tap(titles[0])
    chat.expect("KES 500", chat.shopper)
    chat.tap(titles[1])
    chat.expect(prompted)
    prompt = sandbox_payment(shop, ("daraja", "prompts"), lambda one: one["code"] == "" and order["code"] in str(one))
    chat.show(f"  {'phone':>8}: M-Pesa asks for KES 500; PIN entered")
    act(shop, prompt["id"], "right_pin")
    chat.expect(paid, order["code"])


def pay_by_card(shop, chat, order):
    """The shopper opens the page that the chat has sent, and pays there."""
    chat.tap("Pay by card")
    page = text_of(chat.expect("Please pay KES 500", "http"))
    session = sandbox_payment(shop, ("stripe", "sessions"), lambda one: one.get("url") and one["url"] in page)
    chat.show(f"  {'page':>8}: paid by card")
    act(shop, session["id"], "pay")
    chat.expect("We have received your payment", order["code"])


def deliver(shop, chat, order, words):
    """The merchant brings the order to the door, and the shopper is told at each step."""
    for action, form, word in zip(
        ("confirm", "pack", "ship", "deliver"),
        ({}, {}, {"tracking_url": "https://rider.example/7"}, {}),
        words,
        strict=True,
    ):
        moved = shop.admin("POST", f"tenants/{shop.tenant['id']}/orders/{order['code']}:{action}", form)
        chat.expect(word, order["code"])
    if moved["state"] != "delivered" or moved["paid"]["amount"] != "500.00" or moved["owed"]["amount"] != "0.00":
        raise SmokeFailed(f"the admin API shows another order: {moved}")


def buy(shop, catalog, chat):
    """A purchase in English, up to the order."""
    product = product_for(catalog)
    chat.write(f"2 {product['name']}")
    chat.expect(f"Added: {product['name']} x2. Cart: KES 500.")
    return place_order(shop, chat, "CHECKOUT", "Thank you. Your order is")


def journeys(shop, catalog, chat):
    """To the door: with M-Pesa in both languages, and by card."""
    order = place_order(shop, chat, "WEKA ODA", "Asante. Oda yako ni")
    pay_by_mpesa(shop, chat, order, ("Lipa na M-Pesa", "Tuma ombi"), "Ombi la M-Pesa", "Tumepokea malipo yako")
    deliver(shop, chat, order, ("imethibitishwa", "imefungashwa", "iko njiani", "imefikishwa"))
    english = ("is confirmed", "is packed", "is on its way to you", "was delivered")
    for phone, name, by_card in (("254733904358", "Brian Otieno", False), ("254733904359", "Carol Njeri", True)):
        other = Chat(shop.phone_url, chat.number_id, phone, name, chat.show)
        order = buy(shop, catalog, other)
        if by_card:
            pay_by_card(shop, other, order)
        else:
            titles = ("Pay with M-Pesa", "Send the prompt")
            pay_by_mpesa(shop, other, order, titles, "An M-Pesa prompt for KES 500", "We have received your payment")
        deliver(shop, other, order, english)
    check_books(shop)


def check_books(shop):
    """What came in is what was sold, by each way."""
    sums = shop.admin("GET", f"tenants/{shop.tenant['id']}/ledger")["balances"]["KES"]
    wanted = {"money:mpesa": "1000.00", "money:stripe": "500.00", "sales": "-1500.00"}
    if {account: amount for account, amount in sums.items() if float(amount)} != wanted:
        raise SmokeFailed(f"the books do not add up: {sums}")
    if shop.admin("GET", f"tenants/{shop.tenant['id']}/payments?attention=true")["payments"]:
        raise SmokeFailed("a payment needs a person")


def check_cart(shop):
    """The admin API shows the same cart as the chat."""
    answer = shop.admin("GET", f"tenants/{shop.tenant['id']}/conversations/{SHOPPER_PHONE}")
    total = answer["cart"]["total"]
    quantities = [item["quantity"] for item in answer["cart"]["items"]]
    if total != {"amount": "500.00", "currency": "KES"} or quantities != [2]:
        raise SmokeFailed(f"the admin API shows another cart: {quantities} for {total}")


def check_leaks(shop, show=print):
    """No personal text and no secret of the tenant in the store's files and the daemon's log."""
    secrets = {
        "the shopper's phone number": SHOPPER_PHONE,
        "the shopper's name": SHOPPER_NAME,
        "a text that the shopper typed": TYPED,
        **{f"the tenant's {key}": shop.secrets[key] for key in (*TENANT_SECRETS, *PAYMENT_SECRETS)},
        "the admin token": shop.secrets["admin_token"],
        "the app secret": shop.secrets["meta_app_secret"],
    }
    with open(shop.path("kek"), "rb") as file:
        secrets["the key-encryption key"] = bytes.fromhex(file.read().decode("ascii").strip())
    # The sandbox plays Meta and the shopper's phone: its log is not the shop's.
    own_log = os.path.join(shop.log_dir, "wakalad.log")
    found, sizes = leaks.find_leaks([shop.data_dir, own_log], secrets)
    if found:
        raise SmokeFailed("\n".join(found))
    for needed in (os.path.join(shop.data_dir, "wakala.db"), own_log):
        if not sizes.get(needed):
            raise SmokeFailed(f"{needed} is empty or missing, so searching it means nothing")
    show(f"searched {len(sizes)} files, {sum(sizes.values()):,} bytes: no personal text, no secret")


def run(shop, catalog, show=print):
    """The whole smoke test over a started shop."""
    chat = play(shop, catalog, show)
    check_cart(shop)
    journeys(shop, catalog, chat)
    check_leaks(shop, show)
    shop.check_running()
    statuses = shop.stop()
    if any(statuses.values()):
        raise SmokeFailed(f"not everything stopped with status 0: {statuses}")
    check_leaks(shop, show)
