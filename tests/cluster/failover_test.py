"""Breaks nodes of a cluster under load, one way after the other, and proves at the end that nothing was lost or doubled.

WAKALA_FAULT_ROUNDS: how many rounds (10). WAKALA_FAULT_SEED: repeats the schedule of an earlier run.
"""

import os
import random
import re
import signal
import sys
import time

from cluster import SHARDS, Cluster, loopback, shard_of, wait_for

import checker
import threads
from balancer import Balancer
from crash_test import all_is_read, main, settle
from load import Conversation, Load, catalog, expected_replies
from node import Shop, let_pass, run_command

LIMITS = {
    "ambiguous_grace": "2s",
    "conversation_idle": "500ms",
    "graph_timeout": "2s",
    "messages_per_second": 500,
}
SHOPS = 8
KINDS = (
    "kill",
    "freeze",
    "links cut",
    "store cut",
    "database crash",
    "end and start",
    "everything dies",
    "spread anew",
    "spread anew and kill",
    "database freeze",
    "wedge",
)
WIDTHS = (1, 3, 5, SHARDS)  # over so many shards a shop is spread
SERVES_AGAIN = 5  # seconds after a database that answers
# From the moment of the failure until the first update of an affected conversation is committed, in seconds.
LIMIT = {"kill": 3, "freeze": 6, "store cut": 6, "wedge": 10}  # a node is believed to be stuck after 5


class Breaker:
    def __init__(self, cluster, load, seed):
        self.cluster = cluster
        self.load = load
        self.pick = random.Random(f"{seed} breaker")
        self.failures = []  # (kind, when, the conversations whose shard was there)

    def note(self, kind, member):
        owners = self.cluster.owners(next(m for m in self.cluster.running() if m is not member))
        lost = {shard for shard, node in owners.items() if node == member.name}
        there = [c.key for c in self.load.conversations if shard_of(c.shop.id) in lost]
        self.failures.append((kind, time.monotonic(), there))

    def waiting(self, since):
        """Conversations hit by the failures from number `since` on, of which nothing was taken after it."""
        hit = {key: when for _, when, there in self.failures[since:] for key in there}
        served = set()
        for post in list(self.load.posts):
            for update in post.updates:
                if post.acked and post.first_sent > hit.get(update.conversation, float("inf")) - 0.001:
                    served.add(update.conversation)
        return set(hit) - served

    def are_spread(self, shops):
        """Is what the nodes said last of each shop that it lies on as many shards as it should?"""
        said = []
        for member in self.cluster.members:
            with open(member.node.log, encoding="utf-8") as log:
                said += [line for line in log if " tenant.spread" in line]
        last = {re.search(r" tenant=(\S+)", line)[1]: line for line in sorted(said)}
        # A node that was killed may not have said that it was done; the next owner says how the shop lies.
        spread = r" tenant\.spread(_over)? .* shards="
        return all(re.search(rf"{spread}{s.spread} ", last.get(s.id, "")) for s in shops.values())

    def is_changed(self, shop):
        """As an operator would: again, when a database that has just come back refuses."""
        try:
            self.cluster.running()[0].node.change(shop)
            return True
        except loopback.HttpError as refused:
            if refused.status != 503:
                raise
            return False

    def one(self, kind):
        member = self.pick.choice(self.cluster.members)
        if kind == "kill":
            self.note(kind, member)
            member.kill()
            let_pass(self.pick.uniform(0.5, 2.5))
            member.start()
        elif kind == "freeze":
            self.note(kind, member)
            os.kill(member.node.child.pid, signal.SIGSTOP)
            let_pass(self.pick.uniform(2.5, 4.5))
            os.kill(member.node.child.pid, signal.SIGCONT)
        elif kind == "wedge":
            # No work moves, while sockets are open and, unless a worker holds a lock, heartbeats go on. The node finds out by
            # itself and says goodbye, or the others miss it.
            self.note(kind, member)
            others = [each for each in self.cluster.running() if each is not member]
            with threads.standing_still(member.node.child.pid, "worker-"):
                wait_for("the others have its shards", lambda: member.name not in self.cluster.owners(others[0]).values(), 10)
        elif kind == "database freeze":
            owners = self.cluster.owners()
            with self.cluster.server.paused():
                let_pass(self.pick.uniform(2.0, 5.0))
            self.cluster.wait_whole()
            if self.cluster.owners() != owners:
                raise AssertionError(f"a database that froze has moved shards: {owners} became {self.cluster.owners()}")
        elif kind == "links cut":
            owners = self.cluster.owners()
            member.links.cut()
            let_pass(self.pick.uniform(2.0, 4.0))
            if self.cluster.owners() != owners:
                raise AssertionError(f"a cut between live nodes has moved shards: {owners} became {self.cluster.owners()}")
            member.links.mend()
        elif kind == "store cut":
            self.note(kind, member)
            member.store.cut()
            let_pass(self.pick.uniform(2.5, 4.5))
            member.store.mend()
        elif kind == "database crash":
            self.cluster.server.crash()
            let_pass(self.pick.uniform(0.0, 0.5))
            self.cluster.server.start()
        elif kind == "everything dies":
            for each in self.cluster.members:
                each.kill()
            self.cluster.server.crash()
            let_pass(self.pick.uniform(0.0, 1.0))
            before = self.load.acknowledged()
            for each in self.cluster.members:  # as a supervisor would, they are there before the database is
                each.start(wait=False)
            self.cluster.server.start()
            answers = time.monotonic()
            for each in self.cluster.members:
                if not each.node.is_running():  # a node that finds no database ends, and its supervisor starts it again
                    each.start(wait=False)
            wait_for("updates are acknowledged again", lambda: self.load.acknowledged() > before, SERVES_AGAIN)
            print(f"everything died: {time.monotonic() - answers:.1f} s from the database's answer to the next 200", flush=True)
        elif kind.startswith("spread anew"):
            shops = {c.shop.id: c.shop for c in self.load.conversations if c.shop.may_be_spread_anew}
            for _, shop in sorted(shops.items()):
                shop.spread = self.pick.choice([width for width in WIDTHS if width != shop.spread])
                wait_for(f"{shop.id} is changed", lambda shop=shop: self.is_changed(shop), 10)
            if kind.endswith("kill"):
                let_pass(self.pick.uniform(0.0, 0.1))  # in the middle of it
                member.kill()
                let_pass(self.pick.uniform(0.0, 1.0))
                member.start()
            wait_for("the shops are spread anew", lambda: self.are_spread(shops), 20)
        else:
            if member.stop() != 0:
                raise member.node.child.fail("did not end in good order")
            let_pass(self.pick.uniform(0.0, 1.0))
            member.start()
        self.cluster.wait_whole()


def delays(load, failures):
    """For each kind of failure: how long each affected conversation waited for its next commit."""
    acks = {}
    for post in load.posts:
        for update in post.updates:
            acks.setdefault(update.conversation, []).append((post.acked, post.first_sent))
    found = {}
    for kind, when, conversations in failures:
        for conversation in conversations:
            # A 200 that was on its way at that moment is of a commit before it.
            after = [acked - when for acked, sent in acks.get(conversation, ()) if acked and sent > when - 0.001]
            if after:
                found.setdefault(kind, []).append(min(after))
    return found


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def run(place, rounds, seed):
    began = time.monotonic()
    shops = [Shop(f"duka-{index}", index, own_secret=index % 2 == 0, spread=(1, 3, 1, 5)[index % 4]) for index in range(SHOPS)]
    sandbox = place.sandbox()
    server = place.postgres()
    cluster = Cluster(place, server, limits=LIMITS, graph_url=sandbox.url)
    addresses = [("127.0.0.1", member.node.public_port) for member in cluster.members]
    balancer = Balancer(addresses, loopback.free_ports(1)[0])
    sandbox.start(shops, balancer.port, seed)
    cluster.start()
    for shop in shops:
        cluster["a"].node.add(shop, catalog())
    load = Load(addresses, seed, timeout=3)
    phones = iter(f"2547230{index:05d}" for index in range(1, 1000))
    for shop in shops:
        load.add_shopper(Conversation(shop, next(phones), talks_to_a_person=True), pause=(0.0, 0.03))
        load.add_shopper(Conversation(shop, next(phones), talks_to_a_person=False), pause=(0.0, 0.1))
        load.add_copier(Conversation(shop, next(phones), talks_to_a_person=True), copies=2)
    breaker = Breaker(cluster, load, seed)
    order = []
    load.start()
    try:
        for number in range(rounds):
            if not order:
                order = list(KINDS)
                breaker.pick.shuffle(order)
            kind = order.pop()
            before = load.acknowledged()
            started = time.monotonic()
            failures = len(breaker.failures)
            breaker.one(kind)
            # The next failure must not be counted as part of this one.
            wait_for("everybody whose shard was there is served again", lambda: not breaker.waiting(failures), 20)
            wait_for("updates are acknowledged again", lambda: load.acknowledged() > before + 20, 20)
            print(
                f"round {number + 1}: {kind}, {load.acknowledged() - before} acknowledged in {time.monotonic() - started:.1f} s",
                flush=True,
            )
        if not load.finish(30):
            waiting = {update.conversation for post in load.posts if post.acked is None for update in post.updates}
            places = {key: (shard_of(key[0]), cluster.owners().get(shard_of(key[0]))) for key in waiting}
            raise AssertionError(f"not every POST was answered 200 within 30 s of a healthy cluster: {places}, {load.refusals}")
    finally:
        load.abandon()
    node = cluster["b"].node
    settle(node, load, 60)
    wait_for("every status was sent and taken", lambda: all_is_read(sandbox), 30)
    transcripts = {conversation.key: node.messages(*conversation.key) for conversation in load.conversations}
    report = checker.check(load.posts, transcripts, sandbox.record(), expected_replies)
    server.check_journal()
    for member in cluster.members:
        if member.stop() != 0:
            raise member.node.child.fail("did not end in good order")
    for command in ("verify", "rebuild"):
        status, out, err = run_command(command, server.url, timeout=120)
        if status != 0:
            raise AssertionError(f"wakalad {command} ended with status {status}: {out}{err}")
    balancer.close()
    cluster.close()
    print(f"seed {seed}: {rounds} rounds, {time.monotonic() - began:.0f} s, {load.redeliveries} redeliveries {load.refusals}")
    print(report.figures())
    late = []
    for kind, waits in delays(load, breaker.failures).items():
        print(
            f"{kind}: {len(waits)} conversations waited, median {percentile(waits, 0.5) * 1000:.0f} ms,"
            f" p99 {percentile(waits, 0.99) * 1000:.0f} ms, longest {max(waits) * 1000:.0f} ms",
            flush=True,
        )
        if max(waits) > LIMIT[kind]:
            late.append(f"{kind}: {max(waits):.1f} s until an update was taken again")
    if report.problems:
        raise AssertionError(report.text())
    if late:
        raise AssertionError("; ".join(late))


if __name__ == "__main__":
    sys.exit(main("failover", 10, 12, run))
