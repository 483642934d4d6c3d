"""Plays a purchase in the demo shop as a shopper would, and looks for what must not be found on disk afterwards."""

import os
import time
import urllib.parse

import leaks
import loopback

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


def place_order(shop, chat):
    """The cart becomes an order, which the chat and the admin API both know."""
    chat.write("WEKA ODA")
    answer = text_of(chat.expect("Asante. Oda yako ni", "KES 500"))
    orders = shop.admin("GET", f"tenants/{shop.tenant['id']}/orders")["orders"]
    if len(orders) != 1 or orders[0]["state"] != "awaiting_payment" or orders[0]["code"] not in answer:
        raise SmokeFailed(f"the admin API shows other orders: {orders}")


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
        **{f"the tenant's {key}": shop.secrets[key] for key in ("app_secret", "verify_token", "access_token")},
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
    place_order(shop, chat)
    check_leaks(shop, show)
    shop.check_running()
    statuses = shop.stop()
    if any(statuses.values()):
        raise SmokeFailed(f"not everything stopped with status 0: {statuses}")
    check_leaks(shop, show)
