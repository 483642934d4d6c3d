#!/usr/bin/env python3
"""The command line of wakala-bench: help for everybody, 2 for wrong usage, 1 for what cannot be run.

Usage: command_line_test.py WAKALA_BENCH [COMMAND...]
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
COMMANDS = []


def run(*arguments, **environment):
    return subprocess.run(
        [PROGRAM, *arguments], capture_output=True, text=True, timeout=30, env={**os.environ, **environment}
    )


class CommandLine(unittest.TestCase):
    def test_help_names_every_command_and_every_command_has_help(self):
        whole = run("--help")
        self.assertEqual(whole.returncode, 0)
        for command in COMMANDS:
            self.assertIn("\n  " + command, whole.stdout)
            own = run(command, "--help")
            self.assertEqual(own.returncode, 0)
            self.assertGreater(len(own.stdout.splitlines()), 3)

    def test_wrong_usage_is_2_and_names_what_is_wrong(self):
        for arguments, name in (
            ([], "subcommand"),
            (["no-such-command"], "subcommand"),
            ([COMMANDS[0], "--no-such-option"], "--no-such-option"),
            ([COMMANDS[0], "--repeats", "0"], "--repeats"),
            ([COMMANDS[0], "--repeats", "many"], "--repeats"),
        ):
            with self.subTest(arguments=arguments):
                done = run(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stdout, "")
                self.assertIn(name, done.stderr)

    def test_what_cannot_be_written_is_said_before_anything_runs(self):
        done = run(COMMANDS[0], "--smoke", "--html", "/no/such/place/page.html")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/no/such/place/page.html", done.stderr)

    def test_a_run_that_fails_is_still_one_object(self):
        if "idle" not in COMMANDS:
            return
        with tempfile.TemporaryDirectory() as empty:
            done = run("idle", "--smoke", "--json", "--bin-dir", empty, TMPDIR=empty)
            self.assertEqual(os.listdir(empty), [])
        self.assertEqual(done.returncode, 1)
        answer = json.loads(done.stdout)
        self.assertIn("wakalad", answer["failure"])
        self.assertEqual((answer["void"], answer["reports"]), (1, []))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PROGRAM, *COMMANDS = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
