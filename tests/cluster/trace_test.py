"""Messages are followed through the cluster afterwards: of all that were taken under load, with a node killed in between, each
hop is there; and of the last ones the hops add up to what the edge has counted, with a delay that was planted in the right one.

WAKALA_TRACE_MESSAGES: how many (10000).
"""

import concurrent.futures
import os
import random
import threading
import time
import unittest
import urllib.parse

from cluster import OPERATOR, Cluster, Workplace, loopback, shard_of, wait_for

from load import catalog
from node import Shop
from webhooks import RotatingLine, body_of, change, message_id, text_message

MESSAGES = int(os.environ.get("WAKALA_TRACE_MESSAGES", "10000"))
SHOPPERS = 200
AT_ONCE = 16
LOOKERS = 8
DELAY = 0.02
BEFORE_COMMIT = ["shard", "tenant", "conversation", "commit"]
PARTS = ("waiting_us", "handling_us", "transit_us", "commit_us")


def total_of(hops):
    return sum(hop.get(part) or 0 for hop in hops for part in PARTS)


class TraceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("wakala-trace-")
        cls.failed = False
        cls.addClassCleanup(lambda: cls.place.close(keep=cls.failed))
        server = cls.place.postgres()
        cls.cluster = Cluster(cls.place, server, limits={"messages_per_second": 500})
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start()
        cls.shops = [Shop(f"duka-{n}", n, spread=3 if n == 7 else 1) for n in range(8)]
        for shop in cls.shops:
            cls.cluster["a"].node.add(shop, catalog())
        cls.addresses = [("127.0.0.1", member.node.public_port) for member in cls.cluster.members]

    def tearDown(self):
        type(self).failed = type(self).failed or not self._outcome.success

    def say(self, line, shop, phone, unique):
        body = body_of([(shop.waba_id, change(shop.number_id, [text_message(phone, unique, "HELP")]))])
        until = time.monotonic() + 60
        while line.post(shop.path, body, shop.secret) != 200:
            if time.monotonic() > until:
                raise AssertionError(f"{phone} was not answered")
            time.sleep(0.02)  # Meta waits longer

    def trace(self, node, shop, wamid):
        path = f"/v1/trace/{urllib.parse.quote(wamid, safe='')}?tenant={shop.id}"
        return loopback.call_json("GET", node.admin_url + path, token=OPERATOR)

    def test_1_every_hop_is_there_after_a_failover(self):
        owners = self.cluster.owners()
        victim = self.cluster[next(owners[shard_of(s.id)] for s in self.shops if owners[shard_of(s.id)] != "a")]
        survivors = [member for member in self.cluster.members if member is not victim]
        said, lock = [], threading.Lock()
        turn = iter(range(MESSAGES))

        def work(number):
            line = RotatingLine(self.addresses, number)
            while True:
                with lock:
                    place = next(turn, None)
                if place is None:
                    return
                shop, phone = self.shops[place % len(self.shops)], f"2547{place % SHOPPERS:08}"
                unique = f"{place:012d}"
                self.say(line, shop, phone, unique)
                with lock:
                    said.append((shop, message_id(phone, unique)))

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            working = [pool.submit(work, number) for number in range(AT_ONCE)]
            wait_for("half of them are said", lambda: len(said) > MESSAGES / 2, 120)
            victim.kill()
            for each in working:
                each.result()
        self.assertEqual(len(said), MESSAGES)
        random.Random(7).shuffle(said)
        crossed, owners = [0], set()

        def look(number, todo, missing):
            node = survivors[number % 2].node
            for shop, wamid in todo[number::LOOKERS]:
                try:
                    told = self.trace(node, shop, wamid)
                except loopback.HttpError as refused:
                    missing.append((shop, wamid, str(refused)))
                    continue
                names = [hop["hop"] for hop in told["hops"]]
                with lock:
                    crossed[0] += "transit" in names
                    owners.add(told["node"])
                if names[:1] != ["edge"] or [name for name in names if name in BEFORE_COMMIT] != BEFORE_COMMIT:
                    missing.append((shop, wamid, names))

        def look_for(todo):
            missing = []
            with concurrent.futures.ThreadPoolExecutor(LOOKERS) as pool:
                for each in [pool.submit(look, number, todo, missing) for number in range(LOOKERS)]:
                    each.result()
            return missing

        missing = look_for(said)
        until = time.monotonic() + 30  # what no table holds yet is found a moment later
        while missing and time.monotonic() < until:
            time.sleep(1)
            missing = look_for([(shop, wamid) for shop, wamid, _ in missing])
        self.assertEqual([each[1:] for each in missing[:5]], [], f"{len(missing)} of {MESSAGES} lack hops")
        self.assertGreater(crossed[0], MESSAGES / 4, "many came in at a node that was not theirs")
        self.assertGreaterEqual(len(owners), 3, f"before and after the failover: {owners}")
        victim.start()
        self.cluster.wait_whole()
        print(f"{MESSAGES} traces are whole, {crossed[0]} of them across nodes", flush=True)

    def far_shop(self, at):
        """A shop whose shard is not on that node, and the node that has it."""
        owners = self.cluster.owners()
        for shop in self.shops:
            if shop.spread == 1 and owners[shard_of(shop.id)] != at:
                return shop, owners[shard_of(shop.id)]
        raise AssertionError("all shops are on one node")

    def followed(self, at, shop, number):
        phone, unique = f"25479{number:07}", f"{number:012d}"
        line = RotatingLine([("127.0.0.1", self.cluster[at].node.public_port)], 0)
        self.say(line, shop, phone, unique)
        line.close()
        return self.trace(self.cluster[at].node, shop, message_id(phone, unique))

    def test_2_the_hops_of_a_message_across_two_nodes_add_up(self):
        at = "a"
        shop, owner = self.far_shop(at)
        for number in range(1, 21):
            told = self.followed(at, shop, number)
            self.assertTrue(told["complete"], told)
            self.assertEqual(told["node"], owner)
            transit = [hop for hop in told["hops"] if hop["hop"] == "transit"]
            self.assertEqual([(hop["node"], hop["to"]) for hop in transit], [(at, owner)])
            gap = abs(told["total_us"] - total_of(told["hops"]))
            self.assertLessEqual(gap, max(200, told["total_us"] * 0.05), told)

    def test_3_a_delay_shows_in_its_hop(self):
        at = "a"
        shop, owner = self.far_shop(at)
        self.followed(at, shop, 100)
        for where, hop_name, part in (("store", "commit", "commit_us"), ("links", "transit", "transit_us")):
            proxy = getattr(self.cluster[owner], where)
            proxy.delay(DELAY)
            try:
                told = self.followed(at, shop, 200 if where == "store" else 300)
            finally:
                proxy.delay(0)
            slow = {hop["hop"]: max(hop.get(each) or 0 for each in PARTS) for hop in told["hops"]}
            self.assertGreaterEqual(slow[hop_name], DELAY * 1e6, (where, told["hops"]))
            hop = next(hop for hop in told["hops"] if hop["hop"] == hop_name)
            self.assertGreaterEqual(hop[part], DELAY * 1e6)
            gap = abs(told["total_us"] - total_of(told["hops"]))
            self.assertLessEqual(gap, max(200, told["total_us"] * 0.05), told)


if __name__ == "__main__":
    unittest.main(verbosity=2)
