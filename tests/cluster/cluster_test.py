"""Three nodes, one database: whatever any of them is asked, it answers as one shop."""

import contextlib
import datetime
import json
import os
import random
import socket
import ssl
import subprocess
import time
import unittest

from cluster import OPERATOR, SHARDS, Cluster, Member, Workplace, loopback, shard_of, wait_for

import certificates
import checker
from live_client import LiveClient
from load import Conversation, Load, catalog, expected_replies
from node import Shop, let_pass, program
from webhooks import body_of, change, post_once, text_message


class ClusterTest(unittest.TestCase):
    """One cluster for all tests of the class: each leaves it whole."""

    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("wakala-cluster-")
        cls.failed = False
        cls.addClassCleanup(lambda: cls.place.close(keep=cls.failed))
        cls.sandbox = cls.place.sandbox()
        server = cls.place.postgres()
        cls.cluster = Cluster(cls.place, server, limits={"ambiguous_grace": "2s"}, graph_url=cls.sandbox.url)
        cls.addClassCleanup(cls.cluster.close)
        cls.shops = [Shop(f"duka-{index}", index, own_secret=index % 2 == 0) for index in range(6)]
        cls.sandbox.start(cls.shops, cls.cluster["a"].node.public_port, 3)
        cls.cluster.start()
        for index, shop in enumerate(cls.shops):
            cls.cluster.members[index % 3].node.add(shop, catalog())

    def tearDown(self):
        type(self).failed = type(self).failed or not self._outcome.success
        for member in self.cluster.members:
            if not member.node.is_running():
                member.start()
        self.cluster.wait_whole()

    def say(self, member, shop, phone, unique, text="HELP"):
        body = body_of([(shop.waba_id, change(shop.number_id, [text_message(phone, unique, text)]))])
        return post_once(member.node.public_port, shop.path, body, shop.secret)

    def test_every_node_takes_every_webhook_and_shows_the_same(self):
        for number, shop in enumerate(self.shops):
            phone = f"25472281{number:04d}"
            for index, member in enumerate(self.cluster.members):
                self.assertEqual(self.say(member, shop, phone, f"any{index}"), 200)
                self.assertEqual(self.say(member, shop, phone, f"any{index}"), 200, "a repeat, wherever it comes")
            seen = [member.node.inbound_ids(shop.id, phone) for member in self.cluster.members]
            self.assertEqual(seen[0], [text_message(phone, f"any{index}", "HELP")["id"] for index in range(3)])
            self.assertEqual(seen[1:], seen[:1] * 2)

    def test_a_tenant_is_known_everywhere_as_soon_as_it_is_made(self):
        for index, member in enumerate(self.cluster.members):
            shop = Shop(f"mpya-{index}", 20 + index)
            member.node.add(shop, catalog())
            for other in self.cluster.members:
                self.assertEqual(self.say(other, shop, "254722820000", f"new{other.name}"), 200)
            # The number is taken, whoever is asked.
            again = Shop(f"pili-{index}", 20 + index)
            other = self.cluster.members[(index + 1) % 3]
            with self.assertRaises(loopback.HttpError) as refused:
                other.node.add(again)
            self.assertEqual(refused.exception.status, 409)
            ids = other.node.inbound_ids(shop.id, "254722820000")
            self.assertEqual(len(ids), 3)

    def test_a_message_is_watched_from_whichever_node(self):
        shop = self.shops[0]
        owner = self.cluster[self.cluster.owners()[shard_of(shop.id)]]
        others = [member for member in self.cluster.members if member is not owner]
        with contextlib.ExitStack() as stack:
            consoles = [
                stack.enter_context(LiveClient(member.node.admin_port, OPERATOR)) for member in self.cluster.members
            ]
            for console in consoles:
                console.say({"watch": {"tenant": shop.id}})
                console.next("watching")
            # At the edge of one node, committed by another, seen from all three.
            self.assertEqual(self.say(others[0], shop, "254722830001", "watched"), 200)
            seen = [console.next("trace")["trace"] for console in consoles]
            for trace in seen:
                self.assertEqual(trace["tenant"], shop.id)
                self.assertEqual(trace["node"], owner.name)
                self.assertTrue(trace["complete"], trace)
                hops = [(hop["hop"], hop["node"]) for hop in trace["hops"]]
                self.assertEqual((hops[0], hops[-1]), (("edge", others[0].name), ("answer", others[0].name)))
                self.assertEqual((trace["seq"], trace["wamid"]), (seen[0]["seq"], seen[0]["wamid"]))
            overview = consoles[0].next("overview")
            self.assertEqual({node["name"] for node in overview["nodes"]}, set("abc"))

    def test_status_says_who_is_there_and_who_serves_what(self):
        view = self.cluster.status(self.cluster["b"])
        self.assertEqual([node["name"] for node in view["nodes"]], ["a", "b", "c"])
        self.assertEqual(len(view["shards"]), SHARDS)
        self.assertEqual(sum(node["shards"] for node in view["nodes"]), SHARDS)
        for node in view["nodes"]:
            self.assertLess(node["heartbeat_age_ms"], 2000)
        shown = self.command("status")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        for name in ("a", "b", "c", "wakala-shard-15"):
            self.assertIn(name, shown.stdout)
        self.assertEqual(json.loads(self.command("status", "--json").stdout)["shards"], view["shards"])

    def command(self, *words):
        member = self.cluster["b"]
        return subprocess.run(
            [program("wakalad"), "cluster", *words, "--config", member.node.config],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip

    def test_a_shard_is_moved_and_goes_back(self):
        shard, owner = next((s, n) for s, n in self.cluster.owners().items() if n != "c")
        moved = self.command("move", str(shard), "c")
        self.assertEqual(moved.returncode, 0, moved.stderr)
        wait_for("it is at c", lambda: self.cluster.owners()[shard] == "c", 10)
        self.assertEqual(self.command("move", str(shard)).returncode, 0)
        wait_for("it is back", lambda: self.cluster.owners()[shard] == owner, 10)
        for words, why in ((("move", "99", "c"), "no shard 99"), (("move", "1", "z"), "no node z"), (("drain", "z"), "no node z")):
            refused = self.command(*words)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(why, refused.stderr)

    def test_a_drained_node_gives_its_shards_away_until_it_may_have_some_again(self):
        self.assertEqual(self.command("drain", "a").returncode, 0)
        wait_for("a has none", lambda: "a" not in self.cluster.owners().values(), 10)
        self.assertEqual(self.say(self.cluster["a"], self.shops[0], "254722830000", "drained"), 200, "it still takes webhooks")
        self.assertEqual(self.command("undrain", "a").returncode, 0)
        self.cluster.wait_whole()

    def test_planned_moves_under_load_are_not_seen_at_the_edge(self):
        addresses = [("127.0.0.1", member.node.public_port) for member in self.cluster.members]
        load = Load(addresses, 5)
        self.addCleanup(load.abandon)
        for index, shop in enumerate(self.shops):
            for number in range(2):
                phone = f"25472284{index}{number:03d}"
                load.add_shopper(Conversation(shop, phone, talks_to_a_person=number == 0), pause=(0.0, 0.03))
        load.start()
        for turn in range(4):
            name = "abc"[turn % 3]
            self.assertEqual(self.command("drain", name).returncode, 0)
            wait_for("it has none", lambda name=name: name not in self.cluster.owners().values(), 15)
            self.assertEqual(self.command("undrain", name).returncode, 0)
            self.cluster.wait_whole()
        self.assertTrue(load.finish(30))
        self.assertEqual(load.refusals, {}, f"an update was refused while its shard moved: {load.last_refusal}")
        longest = max(post.acked - post.first_sent for post in load.posts)
        print(f"{len(load.posts)} posts while shards moved, the longest took {longest * 1000:.0f} ms", flush=True)
        self.assert_all_is_well(load)

    def test_a_shop_is_spread_anew_under_load_and_nothing_is_seen_at_the_edge(self):
        addresses = [("127.0.0.1", member.node.public_port) for member in self.cluster.members]
        load = Load(addresses, 8)
        self.addCleanup(load.abandon)
        shop = self.shops[0]
        for number in range(8):
            phone = f"25472293{number:04d}"
            load.add_shopper(Conversation(shop, phone, talks_to_a_person=number % 2 == 0), pause=(0.0, 0.03))
        load.start()
        for shop.spread in (5, 1, 16, 3, 1):
            before = load.acknowledged()
            self.cluster.members[shop.spread % 3].node.change(shop)
            wait_for("updates are acknowledged", lambda before=before: load.acknowledged() > before + 60, 20)
        self.assertTrue(load.finish(30))
        self.assertEqual(load.refusals, {}, f"an update was refused while its shop was spread anew: {load.last_refusal}")
        longest = max(post.acked - post.first_sent for post in load.posts)
        print(f"{len(load.posts)} posts while a shop was spread anew, the longest took {longest * 1000:.0f} ms", flush=True)
        self.assert_all_is_well(load)
        said = ""
        for member in self.cluster.members:
            with open(member.node.log, encoding="utf-8") as log:
                said += log.read()
        self.assertGreaterEqual(said.count(" tenant.spread "), 5)

    def test_an_end_in_good_order_is_not_seen_at_the_edge_of_the_others(self):
        others = [("127.0.0.1", self.cluster[name].node.public_port) for name in "ab"]
        load = Load(others, 6)
        self.addCleanup(load.abandon)
        for index, shop in enumerate(self.shops):
            load.add_shopper(Conversation(shop, f"25472285{index:04d}", talks_to_a_person=True), pause=(0.0, 0.03))
        load.start()
        for _ in range(2):
            time.sleep(0.5)
            self.assertEqual(self.cluster["c"].stop(), 0)
            self.assertNotIn("c", self.cluster.owners().values())
            self.cluster["c"].start()
            self.cluster.wait_whole()
        self.assertTrue(load.finish(30))
        self.assertEqual(load.refusals, {}, f"an update was refused while a node ended and came back: {load.last_refusal}")
        self.assert_all_is_well(load)

    def test_a_rolling_upgrade_to_the_next_protocol_is_not_seen_at_the_edge(self):
        """One node after the other is drained by its end, and comes back as the next version; then back again."""
        addresses = [("127.0.0.1", member.node.public_port) for member in self.cluster.members]
        load = Load(addresses, 8)
        self.addCleanup(load.abandon)
        for index, shop in enumerate(self.shops):
            load.add_shopper(Conversation(shop, f"25472286{index:04d}", talks_to_a_person=True), pause=(0.0, 0.03))
        load.start()
        for upgrade in (True, False):
            for member in self.cluster.members:
                self.assertEqual(member.stop(), 0)
                member.node.environment = {"WAKALA_TEST_NEXT_LINK_PROTOCOL": "1"} if upgrade else {}
                member.start()
                self.cluster.wait_whole()
                protocols = {node["name"]: node["protocol"] for node in self.cluster.status()["nodes"]}
                self.assertEqual(protocols[member.name], 2 if upgrade else 1)
        self.assertTrue(load.finish(30))
        # A node that ends takes no new connections: there the shopper (a balancer, in a shop) turns to the next one.
        self.assertEqual(set(load.refusals) - {0}, set(), load.refusals)
        self.assert_all_is_well(load)

    def test_a_clock_that_is_wrong_by_minutes_moves_nothing(self):
        for number, seconds in enumerate((300, -300)):
            self.cluster["c"].stop()
            self.cluster["c"].node.environment = {
                "LD_PRELOAD": program("libwakala_wrong_clock.so"),
                "WRONG_CLOCK_SECONDS": str(seconds),
            }
            self.cluster["c"].start()
            self.cluster.wait_whole()
            owners = self.cluster.owners()
            epochs = [shard["epoch"] for shard in self.cluster.status()["shards"]]
            let_pass(3.0)
            self.assertEqual(self.cluster.owners(), owners)
            self.assertEqual([shard["epoch"] for shard in self.cluster.status()["shards"]], epochs)
            # A message of now, on a shard of the node with the wrong clock, is stamped with the store's time.
            shop = next(s for s in self.shops if owners[shard_of(s.id)] == "c")
            phone = f"25472287{number}000"
            self.assertEqual(self.say(self.cluster["c"], shop, phone, f"clock{number}"), 200)
            now = datetime.datetime.now(datetime.timezone.utc)
            [entry] = [e for e in self.cluster["a"].node.messages(shop.id, phone) if e["direction"] == "out"][:1]
            at = datetime.datetime.fromisoformat(entry["at"].replace("Z", "+00:00"))
            self.assertLess(abs((at - now).total_seconds()), 30)
            session = self.cluster["a"].node.admin("GET", f"tenants/{shop.id}/conversations/{phone}")["session"]
            ends = datetime.datetime.fromisoformat(session["expires_at"].replace("Z", "+00:00"))
            self.assertLess(abs((ends - now).total_seconds() - 86_400), 60, "the 24 hours are the store's")
        self.cluster["c"].stop()
        self.cluster["c"].node.environment = {}

    def assert_all_is_well(self, load):
        def is_settled():
            transcripts = {each.key: self.cluster["a"].node.messages(*each.key) for each in load.conversations}
            return not [
                entry
                for transcript in transcripts.values()
                for entry in checker.outbound_of(transcript)
                if entry["status"] in checker.UNSETTLED
            ] and all("read" in sent["statuses"] for sent in self.sandbox.record())

        wait_for("everything is settled", is_settled, 60)
        transcripts = {each.key: self.cluster["b"].node.messages(*each.key) for each in load.conversations}
        known = {entry["callback_data"] for t in transcripts.values() for entry in checker.outbound_of(t)}
        record = [sent for sent in self.sandbox.record() if sent["biz_opaque_callback_data"] in known]
        report = checker.check(load.posts, transcripts, record, expected_replies)
        self.assertEqual(report.text(), "")
        self.cluster.server.check_journal()


class StrangersTest(unittest.TestCase):
    """Who is no node of ours is refused, said so, and harms nothing."""

    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("wakala-strangers-")
        cls.failed = False
        cls.addClassCleanup(lambda: cls.place.close(keep=cls.failed))
        server = cls.place.postgres()
        ours = certificates.authority(cls.place.path, "ours")
        cls.theirs = certificates.authority(cls.place.path, "theirs")
        cls.cluster = Cluster(cls.place, server, names="ab", tls="required", **cls.certified(ours, "ours"))
        cls.addClassCleanup(cls.cluster.close)
        cls.cluster.start()
        cls.shop = Shop("duka", 0)
        cls.cluster["a"].node.add(cls.shop, catalog())

    def tearDown(self):
        type(self).failed = type(self).failed or not self._outcome.success

    @classmethod
    def certified(cls, authority, name):
        """A node's settings under `cluster`: its certificate, and whom it believes."""
        key, certificate = (os.path.join(cls.place.path, f"{name}.{kind}") for kind in ("key", "pem"))
        certificates.certify(authority, key, certificate, f"node-of-{name}")
        return {"tls_key_file": key, "tls_certificate_file": certificate, "tls_ca_file": authority[1]}

    def assert_unharmed(self, phone):
        body = body_of([(self.shop.waba_id, change(self.shop.number_id, [text_message(phone, "after", "HELP")]))])
        for member in self.cluster.members:
            self.assertTrue(member.node.is_running())
            status = post_once(member.node.public_port, self.shop.path, body, self.shop.secret)
            self.assertEqual(status, 200, member.name)
        self.assertTrue(self.cluster.is_whole(), self.cluster.status())

    def test_nodes_that_know_each_other_by_their_certificates_are_one_shop(self):
        self.assert_unharmed("254722860000")

    def test_noise_on_the_port_of_the_links(self):
        pick = random.Random(11)
        for _ in range(60):
            with socket.create_connection(("127.0.0.1", self.cluster["a"].link_listen), timeout=2) as line:
                line.settimeout(0.05)
                noise = pick.randbytes(pick.choice((1, 30, 72, 4096)))
                kind = pick.randrange(3)
                if kind == 0:  # as a header of CAF's own protocol, with lengths that are not
                    noise = bytes([pick.randrange(8), 0, 0, pick.randrange(256)]) + noise
                elif kind == 1:  # as the beginning of TLS
                    noise = bytes([22, 3, 1]) + noise
                with contextlib.suppress(OSError):
                    line.sendall(noise)
                    line.recv(100)
        self.assert_unharmed("254722860001")

    def test_a_node_with_a_certificate_of_another_authority_stays_outside(self):
        self.cluster.settings = {**self.cluster.settings, **self.certified(self.theirs, "theirs")}
        stranger = Member(self.cluster, "z")
        self.addCleanup(stranger.close)
        stranger.node.spawn()
        wait_for("it is told that it reaches nobody", lambda: "link.down" in stranger.node.said(), 20)
        let_pass(1.5)
        self.assertNotIn("link.up", stranger.node.said())
        self.assertNotIn("link.accepted", stranger.node.said())
        for member in self.cluster.members:
            self.assertNotIn("link.accepted node=z", member.node.said())
            self.assertNotIn("link.up peer=z", member.node.said())
            self.assertIn("link.down peer=z", member.node.said())
        stranger.node.kill()
        self.cluster.wait_whole()
        self.assert_unharmed("254722860003")

    def test_a_program_without_a_certificate_is_not_talked_to(self):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.cluster["a"].link_listen), timeout=5) as line:
            with self.assertRaises((ssl.SSLError, OSError)):
                with context.wrap_socket(line) as secured:
                    if not secured.recv(1):
                        raise OSError("closed")
        self.assert_unharmed("254722860002")


if __name__ == "__main__":
    unittest.main(verbosity=2)
