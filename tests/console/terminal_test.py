"""The console at a terminal of 80 × 24, with a real cluster behind it: looked at, searched, sorted, acted with, and kept while nodes die."""

import json
import os
import re
import subprocess
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "cluster"))

from cluster import OPERATOR, Cluster, Workplace, loopback, shard_of, wait_for  # noqa: E402

from load import catalog  # noqa: E402
from node import Shop, program  # noqa: E402
from terminal import Terminal  # noqa: E402
from webhooks import body_of, change, post_once, text_message  # noqa: E402

PHONE = "254722830017"
TYPED = "+254 722 83 00 17"  # as a person writes it: what else is on the screen is not what was typed
NAME = "Amina Wanjiru"
MERCHANT = "merchant-token-0d77"
NIGHT_SHIFT = "night-shift-token-4a19"  # may see personal data, with a reason
COLUMNS = 80


class TerminalTest(unittest.TestCase):
    """One cluster for all tests of the class: each leaves it whole."""

    @classmethod
    def setUpClass(cls):
        cls.place = Workplace("wakala-console-")
        cls.failed = False
        cls.addClassCleanup(lambda: cls.place.close(keep=cls.failed))
        cls.sandbox = cls.place.sandbox()
        cls.cluster = Cluster(cls.place, cls.place.postgres(), limits={"ambiguous_grace": "2s"}, graph_url=cls.sandbox.url)
        cls.addClassCleanup(cls.cluster.close)
        for member in cls.cluster.members:
            member.node.settings["admin"]["tokens"].append({"token": NIGHT_SHIFT, "scopes": ["operator", "personal"], "name": "night-shift"})
            member.node.settings["admin"]["tokens"].append({"token": MERCHANT, "scopes": ["tenant:duka-0"]})
            member.node.write_config()
        cls.shops = [Shop(f"duka-{index}", index) for index in range(3)]
        cls.sandbox.start(cls.shops, cls.cluster["b"].node.public_port, 5)
        cls.cluster.start()
        for index, shop in enumerate(cls.shops):
            cls.cluster.members[index].node.add(shop, catalog())
        cls.shop = cls.shops[0]
        cls.said = 0
        for _ in range(4):
            cls.say(cls.shop, PHONE)

    def setUp(self):
        self.terminal = Terminal(self.place.path, COLUMNS, 24)

    def tearDown(self):
        type(self).failed = type(self).failed or not self._outcome.success
        self.terminal.close()
        for member in self.cluster.members:
            if not member.node.is_running():
                member.start()
        self.cluster.wait_whole()

    @classmethod
    def say(cls, shop, phone, text="HELP"):
        """A message that is taken at the first attempt: of others it is not remembered how long they took."""

        def is_taken():
            cls.said += 1
            body = body_of([(shop.waba_id, change(shop.number_id, [text_message(phone, f"console{cls.said}", text)], name=NAME))])
            return post_once(cls.cluster.running()[-1].node.public_port, shop.path, body, shop.secret) == 200

        wait_for("a webhook is taken", is_taken, 20)

    def urls(self):
        return [f"http://127.0.0.1:{member.node.admin_port}" for member in self.cluster.members]

    def open(self, token=OPERATOR):
        urls = " ".join(f"--url {url}" for url in self.urls())
        self.terminal.run(f"{program('wakala-console')} {urls}", {"WAKALA_OPERATOR_TOKEN": token})
        self.terminal.wait(r"3/3 nodes serving +16/16 shards open")

    def run_console(self, *arguments, token=OPERATOR):
        done = subprocess.run(
            [program("wakala-console"), "--url", ",".join(self.urls()), *arguments],
            capture_output=True, text=True, timeout=30,
            env={**os.environ, "WAKALA_OPERATOR_TOKEN": token, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    def find_the_conversation(self):
        """From wherever one is: search by contact, and into what is found."""
        terminal = self.terminal
        terminal.press("f")
        terminal.wait("Find ")
        terminal.type(TYPED)
        terminal.press("Enter")
        terminal.wait(rf"contact +{self.shop.id} +conversation:{self.shop.id}:")
        terminal.press("Enter")
        return terminal.wait(r"MESSAGES")

    def test_from_the_overview_down_to_a_conversation(self):
        terminal = self.terminal
        self.open()

        def moves(rows):
            self.say(self.shops[1], "254722830001")
            return re.search(r"events/s +(?!0 )[\d.]+ ", "\n".join(rows)) and re.search(r"p99 +[\d.]+ (µs|ms)", "\n".join(rows))

        terminal.wait(moves)
        shard = shard_of(self.shop.id)
        owner = self.cluster.owners()[shard]
        for row in terminal.screen():
            self.assertLessEqual(len(row), COLUMNS)
        terminal.press("4")
        terminal.wait(r"(?m)^ Actors ")
        terminal.press(*["Down"] * "abc".index(owner), "Enter")
        terminal.wait(rf"› node:{owner} ")
        terminal.press("/")
        terminal.type(f"shard:{shard}")
        terminal.press("Enter")
        terminal.wait(rf"(?m)^ shard:{shard} ")
        terminal.press("Enter")
        terminal.wait(rf"› shard:{shard} .*\n(.*\n)*? tenant:{self.shop.id}:{shard} ")
        terminal.press("/")
        terminal.type(f"tenant:{self.shop.id}:")
        terminal.press("Enter", "Enter")
        terminal.wait(rf"(?m)^ {self.shop.id}:[0-9a-f]+")
        terminal.press("Enter")
        rows = terminal.wait(r"received +•••")
        self.assertIn("conversation live", "\n".join(rows))
        for _ in range(5):
            terminal.press("Escape")
            terminal.press("Escape")
        terminal.wait(r"(?m)^ Actors ")

    def test_a_message_is_searched_by_contact_and_traced_and_nobody_is_seen(self):
        terminal = self.terminal
        self.open(NIGHT_SHIFT)
        rows = self.find_the_conversation()
        terminal.wait(r"received +•••")
        terminal.press("/")
        terminal.type("received")
        terminal.press("Enter", "Enter")
        rows = terminal.wait(r"total [\d.]+ (µs|ms)(.*\n)*.* commit .*█")
        text = "\n".join(rows)
        for hop in ("edge", "shard", "tenant", "conversation", "commit", "answer"):
            self.assertRegex(text, rf"(?m)^ {hop} ")
        terminal.resize(132, 50)
        rows = terminal.wait(r"service:[abc]:commit_writer")
        self.assertGreater(max(len(row) for row in rows), COLUMNS)
        terminal.wait(r"SENT +TYPE +STATUS")
        seen = "\n".join(terminal.screen())
        for personal in (PHONE, NAME, "HELP "):
            self.assertNotIn(personal, seen)
        terminal.resize(COLUMNS, 24)
        terminal.wait(lambda rows: len(rows) == 24 and "F10Quit" in rows[-1])
        # With a reason it may be seen, and that is written down.
        terminal.press("Escape")
        terminal.wait("MESSAGES")
        terminal.press("Escape", "v")
        terminal.wait("reveal. Reason:")
        terminal.type("a complaint of 29 November")
        terminal.press("Enter")
        terminal.wait(r"It(.|\n)*is(.|\n)*recorded(.|\n)*\[y/N\]")
        terminal.press("y")
        terminal.wait(r"personal data shown")
        terminal.wait(r"received +HELP")
        terminal.press("7")
        terminal.wait(r"night-shift +reveal +duka-.* done +a compl")

    def test_what_is_asked_for_is_done_once_it_is_confirmed(self):
        terminal = self.terminal
        self.open()
        self.find_the_conversation()
        terminal.wait(r"conversation live")
        terminal.press("P")
        terminal.wait("For how many minutes: 15")
        terminal.press("Enter")
        terminal.type("they argue")
        terminal.press("Enter")
        terminal.wait(r"pause conversation:(.|\n)*because(.|\n)*“they(.|\n)*argue”\? \[y/N\]")
        terminal.press("n")
        terminal.wait("left undone")
        terminal.press("P", "Enter")
        terminal.type("they argue")
        terminal.press("Enter")
        terminal.wait(r"\[y/N\]")
        terminal.press("y")
        terminal.wait(r"done \(audit \d+\): pause")
        terminal.wait(r"conversation paused")
        terminal.press("U")
        terminal.wait("Reason:")
        terminal.type("they are friends again")
        terminal.press("Enter")
        terminal.wait(r"\[y/N\]")
        terminal.press("y")
        terminal.wait(r"done \(audit \d+\): resume")
        terminal.wait(r"conversation live")
        terminal.press("7")
        rows = terminal.wait(r"resume(.*\n)*.*pause")
        self.assertEqual(sum("they argue" in row for row in rows), 1, "what was not confirmed was not done")

    def test_a_node_is_drained_and_takes_shards_again(self):
        terminal = self.terminal
        self.open()
        for key, word, is_done in (
            ("d", "drain", lambda: "b" not in self.cluster.owners().values()),
            ("D", "undrain", self.cluster.is_whole),
        ):
            terminal.press("2")
            terminal.wait(r"(?m)^ b ")
            terminal.press("Home", "Down", key)
            terminal.wait(f"{word}. Reason:")
            terminal.type("a new disk")
            terminal.press("Enter")
            terminal.wait(rf"{word} node b, because “a new disk”\? \[y/N\]")
            terminal.press("y")
            terminal.wait(rf"done.*: {word} node b")
            wait_for(f"the node is {word}ed", is_done, 30)
        terminal.press("7")
        terminal.wait(r"undrain(.*\n)*.*drain .*a new disk")

    def test_a_merchant_sees_what_is_the_merchant_s(self):
        self.say(self.shop, PHONE)
        self.say(self.shops[1], "254722830001")
        status, text, _ = self.run_console("top", "--json", token=MERCHANT)
        self.assertEqual((status, {each["tenant"] for each in json.loads(text)["actors"]}), (0, {self.shop.id}))
        self.assertEqual(self.run_console("actors", "node:a", token=MERCHANT)[0], 1)
        self.assertEqual(self.run_console("find", "+254 722 83 00 01", token=MERCHANT)[0], 1)
        urls = " ".join(f"--url {url}" for url in self.urls())
        terminal = self.terminal
        terminal.run(f"{program('wakala-console')} {urls}", {"WAKALA_OPERATOR_TOKEN": MERCHANT})
        terminal.wait(r"3/3 nodes serving +1/1 shards open")
        terminal.press("5")
        terminal.wait(rf"(?m)^ {self.shop.id}:[0-9a-f]+")
        rows = self.find_the_conversation()
        terminal.wait(r"P pause")
        self.assertNotIn("passivate", "\n".join(terminal.screen()))
        self.assertFalse(any("duka-1" in row for row in rows))

    def test_the_top_is_sorted_by_any_column(self):
        terminal = self.terminal
        for number in range(6):
            for _ in range(number + 1):
                self.say(self.shops[2], f"25472284000{number}")
        self.open()
        terminal.press("5")
        terminal.wait(r"QUEUE▼")
        terminal.press("F6")
        terminal.wait("Sort by")
        terminal.press("Down", "Enter")  # from the queue to the messages
        rows = terminal.wait(r"MSGS▼(.*\n)+ duka-")
        counts = [int(row.split()[rows[2].split().index("MSGS▼")]) for row in rows[3:22] if row.startswith(" duka-")]
        self.assertGreaterEqual(len(counts), 6)
        self.assertEqual(counts, sorted(counts, reverse=True))
        terminal.press("/")
        terminal.type("duka-2")
        rows = terminal.wait(lambda rows: sum(row.startswith(" duka-") for row in rows) == 6)
        self.assertNotIn(" duka-0:", "\n".join(rows))
        terminal.press("Enter", "Escape", "Tab")
        terminal.wait("Top tenants")
        terminal.press("?")
        terminal.wait("MOVING")
        terminal.press("F10")
        terminal.wait("ended with 0")

    def test_it_goes_on_while_nodes_die(self):
        terminal = self.terminal
        self.open()
        terminal.wait(r"node a ")
        self.cluster["a"].kill()
        terminal.wait(r"going on with http://127\.0\.0\.1:\d+")
        terminal.wait(r"^ wakala │ node [bc] ")
        terminal.wait(r"16/16 shards open", 30)
        self.find_the_conversation()
        self.cluster["b"].kill()
        self.cluster["c"].kill()
        terminal.wait(r"^ NOT CONNECTED since \d\d:\d\d:\d\d")
        self.assertIn("MESSAGES", "\n".join(terminal.screen()), "what was seen stays")
        self.cluster["b"].start()
        terminal.wait(r"^ wakala │ node b ", 30)
        terminal.press("1")
        terminal.wait(r"16/16 shards open", 30)
        terminal.press("q")
        terminal.wait("ended with 0")

    def test_works_without_colours_and_on_old_terminals(self):
        for variables in ("NO_COLOR=1", "TERM=vt100", "TERM=linux", "TERM=xterm-256color", "TERM=screen", "LC_ALL=C"):
            with self.subTest(variables):
                urls = " ".join(f"--url {url}" for url in self.urls())
                self.terminal.run(f"env {variables} {program('wakala-console')} {urls}", {"WAKALA_OPERATOR_TOKEN": OPERATOR})
                self.terminal.wait(r"3/3 nodes serving +16/16 shards open")
                self.terminal.press("q")
                self.terminal.wait("ended with 0")
                self.terminal.close()
                self.terminal = Terminal(self.place.path, COLUMNS, 24)

    def test_scripts_get_text_or_one_json_object(self):
        status, text, _ = self.run_console("--once")
        self.assertEqual(status, 0)
        self.assertIn("3/3 nodes serving   16/16 shards open", text)
        self.assertNotIn("\x1b", text)
        status, text, _ = self.run_console("overview", "--json")
        self.assertEqual((status, len(json.loads(text)["nodes"])), (0, 3))
        self.say(self.shop, PHONE)
        self.say(self.shops[1], "254722830001")
        status, text, _ = self.run_console("top", "--by", "messages", "-n", "2", "--json")
        self.assertEqual((status, len(json.loads(text)["actors"])), (0, 2))
        status, text, _ = self.run_console("find", TYPED, "--json")
        found = json.loads(text)["found"]
        self.assertEqual((status, found[0]["by"], found[0]["tenant"]), (0, "contact", self.shop.id))
        status, text, _ = self.run_console("actor", found[0]["actor"], "--json")
        told = json.loads(text)
        self.assertEqual((status, told["actor"]["actor"]["tenant"]), (0, self.shop.id))
        inbound = [each for each in told["messages"]["messages"] if each["direction"] == "in"]
        self.assertEqual(inbound[0]["text"], "•••")
        # Meta's id holds the number, so it is covered; ours names the conversation and the place in it.
        self.assertEqual(inbound[0]["id"], "•••")
        ours = f"o{found[0]['actor'].rpartition(':')[2]}.{inbound[-1]['position']}"
        # It is found once it is folded into the tables.
        wait_for("the message is traced", lambda: self.run_console("trace", ours)[0] == 0, 20)
        self.assertRegex(self.run_console("trace", ours)[1], r"commit .*█")
        for command in (["nodes"], ["shards"], ["actors"], ["actors", "node:a"], ["dead-letters"], ["audit"], ["watch", "--seconds", "1"]):
            with self.subTest(command):
                status, text, said = self.run_console(*command)
                self.assertEqual((status, said), (0, ""))
                self.assertTrue(text.strip())
                if command[0] != "watch":
                    self.assertIsInstance(json.loads(self.run_console(*command, "--json")[1]), dict)
        self.assertEqual(self.run_console("find", "+254 799 999999")[0], 1)
        self.assertEqual(self.run_console("trace", "wamid.unknown")[0], 1)
        status, text, _ = self.run_console("nodes", "--json", token="wrong")
        self.assertEqual((status, json.loads(text)["ok"]), (1, False))
        self.assertEqual(self.run_console("top", "--by", "nonsense")[0], 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
