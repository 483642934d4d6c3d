"""A thousand shoppers of one spread shop want the last ten pieces, through three nodes: ten of them get one (I6)."""

import concurrent.futures
import itertools
import os
import random
import time
import unittest

from cluster import Cluster, Workplace, shard_of, wait_for

from node import Shop
from webhooks import RotatingLine, body_of, change, text_message

SHOPPERS = int(os.environ.get("WAKALA_RACE_SHOPPERS", "1000"))
LAST_PIECES = 10
AT_ONCE = 24  # POSTs
PATIENCE = 60


def shelf():
    counted = [("Unga", LAST_PIECES), ("Sukari", LAST_PIECES)]
    return {
        "products": [
            {"id": name.lower(), "name": name, "category": "Vitu", "price": "250.00", "stock": stock} for name, stock in counted
        ]
    }


class RaceTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("wakala-race-")
        cls.failed = False
        cls.addClassCleanup(lambda: cls.place.close(keep=cls.failed))
        server = cls.place.postgres()
        cls.cluster = Cluster(cls.place, server)  # nobody answers for Meta: replies wait
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start()
        cls.shop = Shop("duka-kuu", 60, spread=8)
        cls.cluster["a"].node.add(cls.shop, shelf())
        cls.addresses = [("127.0.0.1", member.node.public_port) for member in cls.cluster.members]

    def tearDown(self):
        type(self).failed = type(self).failed or not self._outcome.success

    def all_say(self, phones, unique, text, meanwhile=()):
        """Each of them, once, as Meta would: again and again until it is answered 200. Sometimes a copy comes along.

        `meanwhile`: what is to be done once so many have begun.
        """
        lines = [RotatingLine(self.addresses, first) for first in range(AT_ONCE)]
        turn = itertools.count()
        begun = []

        def insist(line, phone):
            number = next(turn)
            begun.append(number)
            body = body_of([(self.shop.waba_id, change(self.shop.number_id, [text_message(phone, unique, text)]))])
            until = time.monotonic() + PATIENCE
            times = 2 if number % 20 == 0 else 1
            while times > 0:
                if line.post(self.shop.path, body, self.shop.secret) == 200:
                    times -= 1
                elif time.monotonic() > until:
                    self.fail(f"{phone} was not answered")
                else:
                    time.sleep(0.02)  # Meta waits longer

        def work(number):
            for phone in phones[number::AT_ONCE]:
                insist(lines[number], phone)

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            working = [pool.submit(work, number) for number in range(AT_ONCE)]
            for many, act in meanwhile:
                wait_for(f"{many} have begun", lambda many=many: len(begun) >= many, PATIENCE)
                act()
            for each in working:
                each.result()
        for line in lines:
            line.close()

    def orders(self, member):
        return member.node.admin("GET", f"tenants/{self.shop.id}/orders?limit=500")["orders"]

    def race(self, goods, prefix, meanwhile=()):
        phones = [f"{prefix}{number:05d}" for number in range(SHOPPERS)]
        random.Random(prefix).shuffle(phones)
        self.all_say(phones, "want", f"add 1 {goods}")
        began = time.monotonic()
        self.all_say(phones, "take", "checkout", meanwhile)
        took = time.monotonic() - began
        wait_for("everybody is back", lambda: len(self.cluster.running()) == len(self.cluster.members), PATIENCE)
        self.cluster.wait_whole()
        won = {}
        for member in self.cluster.members:
            listed = [o for o in self.orders(member) if o["items"][0]["product_id"] == goods.lower()]
            self.assertEqual([o["state"] for o in listed], ["awaiting_payment"] * LAST_PIECES, member.name)
            self.assertEqual(sum(line["quantity"] for o in listed for line in o["items"]), LAST_PIECES)
            won = {o["conversation_id"]: o["code"] for o in listed}
        self.assertEqual(len(won), LAST_PIECES, "one each")
        self.assertEqual(len(set(won.values())), LAST_PIECES)

        def view(phone):
            seen = random.choice(self.cluster.members).node.admin("GET", f"tenants/{self.shop.id}/conversations/{phone}")
            return seen["conversation_id"], seen["order"], seen["cart"]["items"]

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            seen = list(pool.map(view, phones))
        told = {conversation: order["code"] for conversation, order, _ in seen if order}
        self.assertEqual(told, won, "those who were told that they have one are those who have one")
        self.assertEqual([items for _, _, items in seen if items], [], "nobody is left with what cannot be had")
        print(f"{SHOPPERS} shoppers raced for {LAST_PIECES} {goods} over three nodes in {took:.1f} s", flush=True)

    def test_a_race_has_as_many_winners_as_there_are_pieces(self):
        self.race("Unga", "254731")

    def test_also_when_the_home_of_the_shop_is_killed_in_the_middle(self):
        owner = self.cluster.owners()[shard_of(self.shop.id)]
        home = self.cluster[owner]

        self.race("Sukari", "254732", [(LAST_PIECES, home.kill), (SHOPPERS // 2, lambda: home.start(wait=False))])
        self.cluster.server.check_journal()


if __name__ == "__main__":
    unittest.main(verbosity=2)
