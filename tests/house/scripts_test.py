"""The parts of scripts/lib that must not be wrong unnoticed: the search for leaks, ports, and the care for processes."""

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts", "lib"))

import children  # noqa: E402
import leaks  # noqa: E402
import loopback  # noqa: E402
import smoke  # noqa: E402

PHONE = "254711904357"


class Leaks(unittest.TestCase):
    def search(self, data):
        with tempfile.TemporaryDirectory() as directory:
            os.makedirs(os.path.join(directory, "deep"))
            with open(os.path.join(directory, "deep", "store.db-wal"), "wb") as file:
                file.write(data)
            found, sizes = leaks.find_leaks([directory], {"the phone number": PHONE, "the key": b"\x01\xfe" * 16})
            self.assertEqual(list(sizes.values()), [len(data)])
            return found

    def test_a_plain_text_is_found_with_its_place(self):
        found = self.search(b"\0" * 100 + PHONE.encode() + b"\xff")
        self.assertEqual(len(found), 1)
        self.assertIn("store.db-wal holds the phone number at byte 100", found[0])

    def test_a_text_inside_base64_is_found_wherever_it_starts(self):
        for before in range(7):
            for after in range(4):
                message_id = b"\x1d\xfb\x07" * 3
                encoded = base64.b64encode(message_id[:before] + PHONE.encode() + b"\x15\xf9\x12\x18"[:after])
                with self.subTest(before=before, after=after):
                    self.assertEqual(len(self.search(b"wamid." + encoded)), 1)

    def test_hexadecimal_and_raw_bytes_are_found(self):
        self.assertEqual(len(self.search(PHONE.encode().hex().encode())), 1)
        self.assertEqual(len(self.search(b"x" + b"\x01\xfe" * 16)), 1)
        self.assertEqual(len(self.search((b"\x01\xfe" * 16).hex().encode())), 1)
        self.assertEqual(len(self.search(base64.urlsafe_b64encode(b"\x01\xfe" * 16))), 1)

    def test_other_bytes_are_not_a_leak(self):
        self.assertEqual(self.search(b"254711904358" + os.urandom(100_000)), [])


class Children(unittest.TestCase):
    def start(self, directory, code):
        log = os.path.join(directory, "child.log")
        child = children.Child("child", [sys.executable, "-c", code], log)
        self.addCleanup(lambda: child.is_running() and child._process.kill())
        return child

    def started(self, child):
        with open(child.log, encoding="utf-8") as file:
            return "ready" in file.read()

    def test_a_process_that_ends_on_request_gives_its_status(self):
        code = "import signal,sys; signal.signal(15, lambda *_: sys.exit(7)); print('ready', flush=True); signal.pause()"
        with tempfile.TemporaryDirectory() as directory:
            child = self.start(directory, code)
            child.wait_until(lambda: self.started(child), 20)
            self.assertEqual(child.stop(), 7)
            self.assertFalse(child.is_running())

    def test_a_process_that_does_not_end_is_killed_and_named(self):
        code = "import signal; signal.signal(15, signal.SIG_IGN); print('ready', flush=True)\nwhile True: signal.pause()"
        with tempfile.TemporaryDirectory() as directory:
            child = self.start(directory, code)
            child.wait_until(lambda: self.started(child), 20)
            with self.assertRaisesRegex(children.ChildFailed, "child did not stop within"):
                child.stop(seconds=0.2)
            self.assertFalse(child.is_running())

    def test_a_process_that_dies_early_is_told_with_its_log(self):
        with tempfile.TemporaryDirectory() as directory:
            child = self.start(directory, "raise SystemExit('no such store')")
            with self.assertRaisesRegex(children.ChildFailed, "(?s)ended with status 1.*no such store"):
                child.wait_until(lambda: False, 20)


class Ports(unittest.TestCase):
    def test_free_ports_differ_and_a_listener_is_noticed(self):
        ports = loopback.free_ports(3)
        self.assertEqual(len(set(ports)), 3)
        with socket.socket() as listener:
            listener.bind((loopback.HOST, 0))
            listener.listen()
            self.assertFalse(loopback.is_free(listener.getsockname()[1]))


class Shopper(unittest.TestCase):
    def test_choices_are_read_from_the_message_as_sent(self):
        buttons = {
            "interactive": {
                "type": "button",
                "body": {"text": "Add?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "Add 2"}}]},
            }
        }
        rows = {
            "interactive": {
                "type": "list",
                "body": {"text": "Choose"},
                "action": {"sections": [{"rows": [{"id": "r1", "title": "One"}]}, {"rows": [{"id": "r2", "title": "Two"}]}]},
            }
        }
        self.assertEqual(smoke.choices_of({"body": buttons}), [("button_reply", "a", "Add 2")])
        self.assertEqual(
            smoke.choices_of({"body": rows}), [("list_reply", "r1", "One"), ("list_reply", "r2", "Two")]
        )
        self.assertEqual(smoke.choices_of({"body": {"text": {"body": "hi"}}}), [])
        self.assertEqual(smoke.text_of({"body": buttons}), "Add?")

    def test_a_row_may_show_a_cut_name(self):
        self.assertTrue(smoke.is_row_of("Maize flour 2 kg")("Maize flour 2 kg"))
        self.assertTrue(smoke.is_row_of("Maize flour, sifted, 2 kg")("Maize flour, sifted…"))
        self.assertFalse(smoke.is_row_of("Maize flour 2 kg")("Maize"))


class Usage(unittest.TestCase):
    def run_script(self, *arguments):
        return subprocess.run([os.path.join(TOP, "scripts", arguments[0]), *arguments[1:]], capture_output=True, text=True)

    def test_every_script_explains_itself(self):
        for name in ("run", "test", "deps", "format", "tidy", "fuzz"):
            with self.subTest(name=name):
                told = self.run_script(name, "--help")
                self.assertEqual(told.returncode, 0, told.stderr)
                self.assertTrue(told.stdout.startswith(f"Usage: scripts/{name}"), told.stdout)

    def test_every_group_of_packages_can_be_asked_for(self):
        listed = re.findall(r"^  ([a-z]+)   ", self.run_script("deps", "--help").stdout, re.MULTILINE)
        self.assertEqual(listed, ["build", "run", "test", "bench", "style"])
        for group in listed:
            with self.subTest(group=group):
                told = self.run_script("deps", "--no-install", group)
                good = f"packages for {group}: nothing is missing" in told.stdout
                self.assertTrue(good if told.returncode == 0 else "missing packages: " in told.stderr, told)

    def test_a_wrong_argument_is_a_usage_error(self):
        for arguments in (("run", "--prot", "1"), ("run", "--port", "65536"), ("run", "--port"), ("deps", "everything")):
            with self.subTest(arguments=arguments):
                refused = self.run_script(*arguments)
                self.assertEqual(refused.returncode, 2)
                self.assertIn("--help", refused.stderr)


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    unittest.main()
