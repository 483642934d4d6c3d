"""Kills wakalad while sends are in flight, against a Meta that takes messages and loses its answers, and some of its statuses.

Shoppers write and a merchant's system posts messages, each again with its key until it is taken. At the end every send whose outcome
was unknown is settled, by an echo or by being sent again; whatever went out more than once is listed; every key was sent.

WAKALA_FAULT_ROUNDS: how often it is killed (12). WAKALA_FAULT_SEED: repeats the schedule of an earlier run.
"""

import random
import sys
import threading
import time

import checker
import crash_test
from load import Conversation, Load, catalog, expected_replies
from node import OPERATOR, Shop, loopback

# What is lost is mostly the answer; without the statuses of the same message nothing but time settles it.
CHAOS = (
    "lost_answer=0.3,status_loss=0.5",
    "lost_answer=0.5,answer_ms=0-300",
    "lost_answer=0.2,status_loss=1,answer_ms=0-100",
    "lost_answer=1,status_ms=300-1500",
)
POSTED = "posted "


class Poster:
    """A merchant's system: posts to one shopper, one message after the other, until each is taken."""

    def __init__(self, node, conversation, seed):
        self.node = node
        self.conversation = conversation
        self.pick = random.Random(f"{seed} poster {conversation.phone}")
        self.taken = []  # texts, in order
        self.tries = 0
        self.problem = None
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        shop, phone = self.conversation.shop, self.conversation.phone
        url = f"{self.node.admin_url}/v1/tenants/{shop.id}/messages"
        count = 0
        while not self.stop.is_set():
            text = f"{POSTED}{count} to {phone}"
            body = {"to": phone, "type": "text", "text": {"body": text}}
            try:
                self.tries += 1
                loopback.call("POST", url, body, OPERATOR, timeout=5, headers={"Idempotency-Key": text.replace(" ", "-")})
                self.taken.append(text)
                count += 1
            except loopback.HttpError as refused:
                # 422: the shopper has not written yet. 429: too much waits. No answer, 503: it may have been taken.
                if refused.status not in (0, 422, 429, 503):
                    self.problem = str(refused)
                    return
            # Beyond 45 in a life of the daemon a shopper gets one message in 6 s, and the end would take long.
            self.stop.wait(self.pick.uniform(0.3, 0.9))


def kill_in_flight(node, sandbox, pick):
    """Waits until Meta has just taken something, and kills before its answer can be dealt with."""
    before = sandbox.accepted()
    deadline = time.monotonic() + 10
    while sandbox.accepted() == before:
        if time.monotonic() > deadline:
            raise node.child.fail("sent nothing for 10 s")
        time.sleep(0.005)
    time.sleep(pick.uniform(0, 0.05))
    node.kill()


def check(load, posters, transcripts, record):
    answers = {
        key: [entry for entry in transcript if not entry["text"].startswith(POSTED)]
        for key, transcript in transcripts.items()
    }
    report = checker.check(load.posts, transcripts, record, expected_replies, statuses_get_lost=True, answers=answers)
    for poster in posters:
        if poster.problem:
            report.problems.append(f"a post was refused: {poster.problem}")
        stands = [entry["text"] for entry in transcripts[poster.conversation.key] if entry["text"].startswith(POSTED)]
        if len(set(stands)) != len(stands):
            report.problems.append(f"a key was taken twice: {stands}")
        if stands[: len(poster.taken)] != poster.taken:
            report.problems.append(f"taken: {poster.taken}, in the transcript: {stands}")
    return report


def run(place, rounds, seed):
    began = time.monotonic()
    shops = [Shop("duka", 0), Shop("soko", 1, spread=3)]
    for shop in shops:
        shop.limits = {"messages_per_hour": 1_000_000}
    sandbox = place.sandbox()
    node = place.node(limits=crash_test.LIMITS, graph_url=sandbox.url)
    sandbox.start(shops, node.public_port, seed)
    node.start()
    for shop in shops:
        node.add(shop, catalog())
    load = Load(("127.0.0.1", node.public_port), seed)
    posters = []
    for index, shop in enumerate(shops):
        for number in range(3):
            conversation = Conversation(shop, f"25472{index}9{number:04d}", talks_to_a_person=number == 0)
            load.add_shopper(conversation, pause=(0.2, 0.6))
            posters.append(Poster(node, conversation, seed))
    load.start()
    for poster in posters:
        poster.thread.start()
    pick = random.Random(f"{seed} lost answers")
    try:
        for number in range(rounds):
            sandbox.chaos(CHAOS[number % len(CHAOS)])
            if number > 0:
                node.start()
            time.sleep(pick.uniform(0.3, 1.2))
            kill_in_flight(node, sandbox, pick)
        sandbox.chaos("none")
        node.start()
        for poster in posters:
            poster.stop.set()
        for poster in posters:
            poster.thread.join(20)
        if not load.finish(30):
            raise AssertionError("not every POST was answered 200 within 30 s of a healthy daemon")
    finally:
        for poster in posters:
            poster.stop.set()
        load.abandon()
    crash_test.settle(node, load, 120)
    transcripts = {conversation.key: node.messages(*conversation.key) for conversation in load.conversations}
    record = sandbox.record()
    node.stop()
    crash_test.check_store(node, None)
    report = check(load, posters, transcripts, record)
    lost = sum(1 for sent in record if not sent["answered"])
    print(f"seed {seed}: {rounds} kills, {time.monotonic() - began:.0f} s; {report.figures()}")
    print(f"{sum(len(poster.taken) for poster in posters)} posts taken in {sum(poster.tries for poster in posters)} tries; {lost} answers lost")
    if report.problems:
        raise AssertionError(report.text())
    if not report.repeated_sends or not lost or lost <= report.repeated_sends:
        raise AssertionError("it was too quiet: some lost answers should be settled by an echo, and some by policy")


if __name__ == "__main__":
    sys.exit(crash_test.main("lost answers", 12, 10, run))
