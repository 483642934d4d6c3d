"""Kills wakalad at random instants under load, again and again, and proves at the end that nothing was lost or doubled.

With `--postgres` the store is a PostgreSQL server of the test's own, which dies now and then, too, or pauses.

WAKALA_FAULT_ROUNDS: how often it is killed (40). WAKALA_FAULT_SEED: repeats the schedule of an earlier run.
"""

import os
import random
import secrets
import signal
import sys
import threading
import time

import checker
from load import Conversation, Load, catalog, expected_replies
from node import ChildFailed, Shop, Workplace, loopback, run_command, wait_for

# Four tenants at home on four shards of the default 32: two with a secret of their own, two behind the app's URL; one of
# each is spread over several shards.
TENANTS = (("duka", True, 1), ("soko", True, 6), ("kiosk", False, 1), ("mama-mboga", False, 3))
LIMITS = {
    "ambiguous_grace": "2s",  # long enough for an echo, short enough for a test
    "conversation_idle": "300ms",  # passivation joins the game
    "graph_timeout": "2s",
    "messages_per_second": 500,
}
CHAOS = (
    "none",
    "lost_answer=0.1",
    "error5xx=0.05",
    "error500=0.1",
    "duplicate=0.3,reorder=0.3,reorder_ms=20-400,delay_ms=0-60",
    "answer_ms=0-200",
    "throttle=0.02,lost_answer=0.05,duplicate=0.2,answer_ms=0-80",
)
ENOUGH_UPDATES = 20  # a round means nothing when nothing was acknowledged since the last


def build_load(shops, address, seed, on_ack):
    load = Load(address, seed, on_ack)
    phones = iter(f"2547220{index:05d}" for index in range(1, 1000))
    for shop in shops:
        for _ in range(2):
            load.add_shopper(Conversation(shop, next(phones), talks_to_a_person=False), pause=(0.05, 0.25))
        load.add_shopper(Conversation(shop, next(phones), talks_to_a_person=True), pause=(0.0, 0.03))
        load.add_copier(Conversation(shop, next(phones), talks_to_a_person=True), copies=3)
    behind_app = [shop for shop in shops if not shop.app_secret]
    for _ in range(2):
        batch = [
            Conversation(shop, next(phones), talks_to_a_person) for shop in behind_app for talks_to_a_person in (True, False)
        ]
        load.add_batcher(batch, updates_max=4)
    for shop in shops[:2]:
        load.add_racer(Conversation(shop, next(phones), talks_to_a_person=True), in_flight=3)
    return load


class Killer:
    """Decides when the daemon dies. Also from the thread that has just read a 200."""

    def __init__(self, node, seed, server=None):
        self.node = node
        self.server = server
        self.pick = random.Random(f"{seed} killer")
        self._armed = threading.Event()
        self._struck = threading.Event()
        self._acked = threading.Event()
        self._lock = threading.Lock()
        self.counts = {"life": 0, "startup": 0, "answer": 0, "frozen": 0}
        self.weights = [5, 2, 2, 1]
        if server:
            self.counts |= {"database crash": 0, "database pause": 0}
            self.weights += [3, 1]

    def on_ack(self):
        self._acked.set()
        if self._armed.is_set():
            with self._lock:
                if self._armed.is_set():
                    self._armed.clear()
                    os.kill(self.node.child.pid, signal.SIGKILL)  # not collected yet, so the id is still the daemon's
                    self._struck.set()

    def wait_for_ack(self, seconds=20):
        self._acked.clear()
        if not self._acked.wait(seconds):
            raise self.node.child.fail(f"answered nothing 200 within {seconds} s of a database that is well")

    def one_life(self):
        """Starts the daemon and ends it again."""
        how = self.pick.choices(tuple(self.counts), weights=self.weights)[0]
        self.node.spawn()
        if how == "startup":
            time.sleep(self.pick.uniform(0.0, 0.3))
        else:
            self.node.wait_ready()
            time.sleep(self.pick.uniform(0.3, 1.3) if how == "life" else self.pick.uniform(0.1, 0.6))
        if how == "frozen":  # as a machine that is suspended: half of them wake up again before they die
            os.kill(self.node.child.pid, signal.SIGSTOP)
            time.sleep(self.pick.uniform(0.2, 3.0))
            if self.pick.random() < 0.5:
                os.kill(self.node.child.pid, signal.SIGCONT)
                time.sleep(self.pick.uniform(0.0, 0.5))
        if how == "database crash":
            self.server.crash()
            time.sleep(self.pick.uniform(0.0, 0.5))
            self.server.start()
            self.wait_for_ack()  # the daemon has found it again by itself
        if how == "database pause":
            with self.server.paused():
                time.sleep(self.pick.uniform(0.2, 3.0))
            self.wait_for_ack()
        if not self.node.is_running():
            raise self.node.child.fail("ended by itself")
        if how == "answer":
            self._struck.clear()
            self._armed.set()
            if not self._struck.wait(10):
                self._armed.clear()
                raise AssertionError("no POST was answered 200 within 10 s of a running daemon")
        self.node.kill()
        self.counts[how] += 1


def unsettled(node, load):
    """Outbound messages that have not found their end."""
    return [
        f"{entry['id']} of {conversation.key}: {entry['status']} since {entry['status_at']} ({entry['error']})"
        for conversation in load.conversations
        for entry in checker.outbound_of(node.messages(*conversation.key))
        if entry["status"] in checker.UNSETTLED
    ]


def settle(node, load, seconds):
    deadline = time.monotonic() + seconds
    while open_ends := unsettled(node, load):
        if time.monotonic() > deadline:
            first = "\n".join(open_ends[:5])
            raise AssertionError(f"{len(open_ends)} messages are not settled after {seconds} s, such as\n{first}")
        time.sleep(0.2)


def all_is_read(sandbox):
    """The phones have shown everything, and the daemon has been told."""
    if not all("read" in sent["statuses"] for sent in sandbox.record()):
        return False
    return sandbox.waiting() == 0  # asked last: a status is on the record before the daemon has taken it


def first_difference(before, after):
    """Of two sets of transcripts."""
    key = next(key for key in before if before[key] != after[key])
    old, new = before[key], after[key]
    place = next((at for at, pair in enumerate(zip(old, new)) if pair[0] != pair[1]), min(len(old), len(new)))
    return f"{key}, {len(old)} messages then {len(new)}, at {place}:\n{old[place:place + 1]}\n{new[place:place + 1]}"


def check_store(node, server):
    if server:
        server.check_journal()
    for command in ("verify", "rebuild"):
        status, out, err = run_command(command, server.url if server else node.store, timeout=120)
        if status != 0:
            raise AssertionError(f"wakalad {command} ended with status {status}: {out}{err}")
        print(out.strip(), flush=True)


def run(place, rounds, seed, server=None):
    began = time.monotonic()
    shops = [Shop(name, index, own_secret, spread) for index, (name, own_secret, spread) in enumerate(TENANTS)]
    sandbox = place.sandbox()
    node = place.node(limits=LIMITS, graph_url=sandbox.url, store_url=server and server.url)
    sandbox.start(shops, node.public_port, seed)
    node.start()
    for shop in shops:
        node.add(shop, catalog())

    killer = Killer(node, seed, server)
    load = build_load(shops, ("127.0.0.1", node.public_port), seed, killer.on_ack)
    load.start()
    try:
        node.kill()
        chaos = random.Random(f"{seed} chaos")
        acknowledged, stale = 0, 0
        for number in range(rounds):
            sandbox.chaos(CHAOS[0] if number % 3 == 0 else chaos.choice(CHAOS))
            killer.one_life()
            stale = 0 if load.acknowledged() >= acknowledged + ENOUGH_UPDATES else stale + 1
            if stale > 5:
                raise AssertionError(f"almost nothing was acknowledged in {stale} lives of the daemon")
            acknowledged = load.acknowledged()
            if number % 10 == 9:
                print(f"round {number + 1}: {acknowledged} updates acknowledged, {time.monotonic() - began:.0f} s", flush=True)
        sandbox.chaos("none")
        node.start()
        if not load.finish(30):
            raise AssertionError("not every POST was answered 200 within 30 s of a healthy daemon")
    finally:
        load.abandon()
    settle(node, load, 60)
    wait_for("every status was sent and taken", lambda: all_is_read(sandbox), 30)

    transcripts = {conversation.key: node.messages(*conversation.key) for conversation in load.conversations}
    record = sandbox.record()
    for shop in shops:
        letters = node.admin("GET", f"tenants/{shop.id}/dead-letters")
        if letters["items"]:
            raise AssertionError(f"dead letters of {shop.id}: {letters}")
    status = node.stop()
    if status != 0:
        raise node.child.fail(f"ended with status {status} after SIGTERM")
    check_store(node, server)
    node.start()
    again = {conversation.key: node.messages(*conversation.key) for conversation in load.conversations}
    if again != transcripts:
        raise AssertionError(f"the transcripts are others after a clean restart:\n{first_difference(transcripts, again)}")
    node.stop()

    report = checker.check(load.posts, transcripts, record, expected_replies)
    print(f"seed {seed}: {sum(killer.counts.values())} kills {killer.counts}, {time.monotonic() - began:.0f} s")
    print(f"{len(load.posts)} POSTs, {load.redeliveries} redeliveries {load.refusals}, {load.copies_sent} copies on purpose")
    print(report.figures(), flush=True)
    if report.problems:
        raise AssertionError(report.text())
    if report.acknowledged != sum(len(post.updates) for post in load.posts):
        raise AssertionError("some POST has no 200")


def out_of_time(_number, _frame):
    raise AssertionError("it took too long: something waits for ever")


def main(name, rounds, seconds_of_a_round, run):
    """Calls `run(place, rounds, seed)` in bounded time and keeps its directory when it fails; the exit status."""
    rounds = int(os.environ.get("WAKALA_FAULT_ROUNDS") or rounds)
    seed = int(os.environ.get("WAKALA_FAULT_SEED") or secrets.randbelow(1_000_000))
    print(f"{name} test: {rounds} rounds, seed {seed} (WAKALA_FAULT_SEED={seed} repeats the schedule)", flush=True)
    place = Workplace(f"wakala-{name}-")
    good = False
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(180 + seconds_of_a_round * rounds)
    try:
        run(place, rounds, seed)
        good = True
    except (AssertionError, ChildFailed, loopback.HttpError) as failed:
        print(f"{name} test failed with seed {seed}: {failed}", file=sys.stderr)
    finally:
        signal.alarm(0)
        place.close(keep=not good)
    print(f"{name} test: good" if good else f"{name} test: BAD", flush=True)
    return 0 if good else 1


def run_with_postgres(place, rounds, seed):
    run(place, rounds, seed, place.postgres())


if __name__ == "__main__":
    if "--postgres" in sys.argv[1:]:
        sys.exit(main("crash", 20, 5, run_with_postgres))
    sys.exit(main("crash", 40, 5, run))
