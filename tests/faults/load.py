"""Shoppers that write without pause, and Meta's part for them: every POST again and again, byte for byte, until it is answered 200."""

import random
import threading
import time

import webhooks
from checker import Post, Update

GOODS = ("Unga", "Sukari", "Chai", "Maziwa", "Mayai", "Sabuni", "Mafuta", "Kahawa")
PIECES_MAX = 99  # of one product in a cart
THUMB = "\N{THUMBS UP SIGN}"
# WhatsApp takes 45 messages to one shopper at once and then one in 6 s, and so does the shop. A shopper who asks no more often
# than this never waits for that budget, which is whole again after each start.
BETWEEN_QUESTIONS = 0.3
HELP = (
    "You can write at any time:\nMENU - start again\nCART - see your cart\nCHECKOUT - place your order\nMY ORDER - see, cancel or repeat your order\nLANGUAGE - Kiswahili or English\n"
    "HUMAN - talk to a person\nHELP - see this message"
)
HUMAN = "Thank you. One of us will answer you here soon. Write MENU to return to the shop."


def catalog():
    """Goods that never run out, one shilling each, so that a cart's total counts the additions."""
    return {"products": [{"id": name.lower(), "name": name, "category": "Vitu", "price": "1.00"} for name in GOODS]}


def expected_replies(_conversation, texts):
    """What the shop answers to each of these texts, said in this order: the model that transcripts are held against."""
    wanted, total, human = [], 0, False
    for text in texts:
        verb, _, rest = text.partition(" ")
        if human or text == THUMB:
            wanted.append([])  # a person has the conversation; a reaction asks for nothing
        elif text == "HELP":
            wanted.append([HELP])
        elif text == "HUMAN":
            wanted.append([HUMAN])
            human = True
        elif verb == "add" and rest in GOODS:
            total += 1
            wanted.append([f"Added: {rest} x1. Cart: KES {total}."])
        else:
            wanted.append([f"no shopper says {text!r}"])
    return wanted


class Conversation:
    """What one shopper has said so far. Used by one thread."""

    def __init__(self, shop, phone, talks_to_a_person):
        self.shop = shop
        self.phone = phone
        self.key = (shop.id, phone)
        self.said = 0
        self._asked_for_a_person = False
        self._talks_to_a_person = talks_to_a_person
        self._added = 0
        self._asked_at = 0.0

    def is_done(self):
        return not self._talks_to_a_person and self._added >= PIECES_MAX * len(GOODS)

    def next_message(self):
        """(the update, its element of `messages[]`)"""
        text = self._next_text()
        self.said += 1
        unique = f"{self.phone[-6:]}{self.said:06d}"
        if text == THUMB:
            message = webhooks.reaction(self.phone, unique, webhooks.message_id(self.phone, "before"), text)
        else:
            message = webhooks.text_message(self.phone, unique, text)
        return Update(self.key, message["id"], text), message

    def _next_text(self):
        if self._talks_to_a_person and self._asked_for_a_person:
            return f"note {self.said} for whoever reads this"
        now = time.monotonic()
        if now - self._asked_at < BETWEEN_QUESTIONS:
            return THUMB
        self._asked_at = now
        if self._talks_to_a_person:
            self._asked_for_a_person = True
            return "HUMAN"
        if self.said % 10 == 3:
            return "HELP"
        self._added += 1
        return f"add {GOODS[(self._added - 1) // PIECES_MAX]}"


class Load:
    """All shoppers. `on_ack()` is called in the thread that has just read a 200. `addresses`: listeners, whichever answers."""

    def __init__(self, addresses, seed, on_ack=lambda: None, timeout=10):
        self.addresses = [addresses] if isinstance(addresses, tuple) else addresses
        self.timeout = timeout
        self.posts = []
        self.conversations = []
        self.copies_sent = 0
        self.redeliveries = 0
        self.refusals = {}
        self.last_refusal = None
        self._on_ack = on_ack
        self._seed = seed
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._give_up = threading.Event()
        self._threads = []
        self._lines = []

    # -- Meta's part

    def _deliver(self, post, body, path, secret, line, pick):
        """Until 200. False only when the test gives up."""
        pause = 0.01
        while not self._give_up.is_set():
            status = line.post(path, body, secret)
            if status == 200:
                now = time.monotonic()
                with self._lock:
                    post.acked = now if post.acked is None else min(post.acked, now)
                self._on_ack()
                return True
            with self._lock:
                self.redeliveries += 1
                self.refusals[status] = self.refusals.get(status, 0) + 1
                self.last_refusal = (time.strftime("%H:%M:%S"), path, status, line.last_answer)
            self._give_up.wait(pause * pick.uniform(0.5, 1.5))
            pause = min(pause * 1.5, 0.15)
        return False

    def _open(self, updates):
        post = Post(updates, first_sent=time.monotonic())
        with self._lock:
            self.posts.append(post)
        return post

    def _line(self):
        with self._lock:
            line = webhooks.RotatingLine(self.addresses, len(self._lines), self.timeout)
            self._lines.append(line)
        return line

    # -- shoppers

    def _run(self, name, job):
        pick = random.Random(f"{self._seed} {name}")
        thread = threading.Thread(target=job, args=(pick,), name=name, daemon=True)
        self._threads.append(thread)

    def add_shopper(self, conversation, pause):
        """One message at a time; now and then an old POST comes once more."""
        self.conversations.append(conversation)
        shop = conversation.shop

        def job(pick):
            line, old = self._line(), []
            while not self._stop.is_set() and not conversation.is_done():
                update, message = conversation.next_message()
                body = webhooks.body_of([(shop.waba_id, webhooks.change(shop.number_id, [message]))])
                post = self._open([update])
                self._deliver(post, body, shop.path, shop.secret, line, pick)
                old.append((post, body))
                if pick.random() < 0.1:
                    self.copies_sent += 1
                    self._deliver(*pick.choice(old), shop.path, shop.secret, line, pick)
                self._stop.wait(pick.uniform(*pause))

        self._run(conversation.phone, job)

    def add_copier(self, conversation, copies):
        """Every POST is made `copies` times at once. The next one follows the first 200; late copies run on."""
        self.conversations.append(conversation)
        shop = conversation.shop

        def job(pick):
            lines = [self._line() for _ in range(copies)]
            while not self._stop.is_set() and not conversation.is_done():
                update, message = conversation.next_message()
                body = webhooks.body_of([(shop.waba_id, webhooks.change(shop.number_id, [message]))])
                post = self._open([update])
                self.copies_sent += copies - 1
                threads = [
                    threading.Thread(
                        target=self._deliver,
                        args=(post, body, shop.path, shop.secret, line, random.Random(pick.random())),
                        daemon=True,
                    )
                    for line in lines
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                self._stop.wait(pick.uniform(0, 0.03))

        self._run(f"copies {conversation.phone}", job)

    def add_batcher(self, conversations, updates_max):
        """Each POST holds several messages, of several conversations and tenants that share the app's URL."""
        self.conversations += conversations
        app = conversations[0].shop

        def job(pick):
            line = self._line()
            while not self._stop.is_set():
                updates, entries = [], []
                for conversation in pick.sample(conversations, pick.randint(1, len(conversations))):
                    if conversation.is_done():
                        continue
                    said = [conversation.next_message() for _ in range(pick.randint(1, updates_max))]
                    updates += [update for update, _ in said]
                    messages = [message for _, message in said]
                    entries.append((conversation.shop.waba_id, webhooks.change(conversation.shop.number_id, messages)))
                if updates:
                    self._deliver(self._open(updates), webhooks.body_of(entries), app.path, app.secret, line, pick)
                self._stop.wait(pick.uniform(0.02, 0.15))

        self._run(f"batch {conversations[0].phone}", job)

    def add_racer(self, conversation, in_flight):
        """Several messages of one shopper under way at once: their order is free where their POSTs overlap."""
        self.conversations.append(conversation)
        shop = conversation.shop
        turn = threading.Lock()
        opened = threading.Event()

        def say(line, pick):
            with turn:
                update, message = conversation.next_message()
                post = self._open([update])
            body = webhooks.body_of([(shop.waba_id, webhooks.change(shop.number_id, [message]))])
            self._deliver(post, body, shop.path, shop.secret, line, pick)

        def job(first, pick):
            line = self._line()
            if first:
                say(line, pick)  # asks for a person: the others must not overtake that
                opened.set()
            opened.wait()
            while not self._stop.is_set():
                say(line, pick)
                self._stop.wait(pick.uniform(0, 0.05))

        for index in range(in_flight):
            self._run(f"race {conversation.phone} {index}", lambda pick, first=index == 0: job(first, pick))

    # -- the whole

    def start(self):
        for thread in self._threads:
            thread.start()

    def finish(self, seconds):
        """No new messages; waits until the ones under way have their 200. False when that takes too long."""
        self._stop.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        done = not any(thread.is_alive() for thread in self._threads)
        self.abandon()
        return done

    def abandon(self):
        """Everybody goes home, whatever is under way."""
        self._stop.set()
        self._give_up.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(15)
        for line in self._lines:
            line.close()

    def acknowledged(self):
        return sum(len(post.updates) for post in self.acknowledged_posts())

    def acknowledged_posts(self):
        with self._lock:
            return [post for post in self.posts if post.acked is not None]
