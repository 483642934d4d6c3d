#!/usr/bin/env python3
"""A smoke form of one benchmark: it runs, it is not void, and its report says everything that a report must.

Usage: smoke_test.py WAKALA_BENCH COMMAND [OPTION...]
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET

PROGRAM = COMMAND = ""
OPTIONS = []
SECONDS = 100
REPORT_KEYS = {
    "command", "target", "verdict", "void", "void_because", "started_at", "machine", "build", "durability", "config",
    "warm_up_s", "measured_s", "repeats", "load", "figures", "curves",
}  # fmt: skip
SUMMARY_KEYS = [
    "ceiling_ratio", "peer_ratio", "ingest_per_s", "ack_p50_ms", "ack_p99_ms", "ack_p999_ms", "resident_bytes",
    "passivated_bytes", "activation_p99_ms", "idle_cpu_percent", "start_ms", "disk_bytes_per_webhook", "void",
]  # fmt: skip

FAILOVER_KEYS = [
    "lost", "doubled", "reordered", "stale_epoch", "ambiguous", "kill_p99_ms", "kill_max_ms", "pause_p99_ms",
    "pause_max_ms", "move_p99_ms", "void",
]  # fmt: skip

CONSOLE_KEYS = [
    "top_ms", "watch_cpu_percent", "trace_off_ratio", "trace_sampled_ratio", "metrics_ms", "metrics_bytes",
]  # fmt: skip


class Smoke(unittest.TestCase):
    def test_it_runs_and_reports_everything(self):
        with tempfile.TemporaryDirectory() as directory:
            page = os.path.join(directory, "page.html")
            done = subprocess.run(
                [PROGRAM, COMMAND, "--smoke", "--json", "--html", page, *OPTIONS],
                capture_output=True,
                text=True,
                timeout=SECONDS,
                env={**os.environ, "TMPDIR": directory},
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertEqual(len(done.stdout.splitlines()), 1, "more than one object on standard output")
            with open(page, encoding="utf-8") as file:
                self.assertEqual(ET.fromstring(file.read()).tag, "html")
            self.assertEqual(os.listdir(directory), ["page.html"], "stores were left behind")
        answer = json.loads(done.stdout)
        if COMMAND == "summary":
            self.check_summary(answer)
        elif COMMAND == "failover":
            self.check_failover(answer)
        elif COMMAND == "journey":
            self.assertEqual(sorted(answer), ["cpu_ms", "messages", "wall_ms"])
            self.assertEqual(answer["messages"], 25)
            self.assertGreater(answer["wall_ms"], 0)
        elif COMMAND == "console":
            self.check_console(answer)
        else:
            self.check_reports(answer)

    def check_console(self, answer):
        self.assertEqual(sorted(answer), sorted(CONSOLE_KEYS))
        for key in CONSOLE_KEYS:
            self.assertIsInstance(answer[key], (int, float), key)
        for key in ("top_ms", "metrics_ms", "metrics_bytes", "trace_off_ratio", "trace_sampled_ratio"):
            self.assertGreater(answer[key], 0, key)

    def check_summary(self, answer):
        self.assertEqual(sorted(answer), sorted(SUMMARY_KEYS))
        self.assertEqual(answer["void"], 0)
        for key in SUMMARY_KEYS:
            if key != "peer_ratio":  # null where the peer's packages are not
                self.assertIsInstance(answer[key], (int, float), key)

    def check_failover(self, answer):
        self.assertLessEqual(set(FAILOVER_KEYS), set(answer))
        for key in FAILOVER_KEYS:
            self.assertIsInstance(answer[key], (int, float), key)
        for key in ("lost", "doubled", "reordered", "stale_epoch", "void"):
            self.assertEqual(answer[key], 0, answer)
        for key in ("kill_p99_ms", "pause_p99_ms", "move_p99_ms"):
            self.assertGreater(answer[key], 0, key)

    def check_reports(self, answer):
        self.assertEqual((answer["command"], answer["void"], answer["failure"]), (COMMAND, 0, ""))
        self.assertTrue(answer["reports"])
        for report in answer["reports"]:
            self.assertEqual(set(report), REPORT_KEYS)
            self.assertTrue(report["figures"])
            for figure in report["figures"]:
                self.assertTrue(figure["values"], figure["name"] + " was not measured")
            for place in (report["machine"], report["build"]):
                self.assertTrue(all(place.values()), place)
            self.assertTrue(report["durability"]["mode"])
            self.assertGreater(report["repeats"], 0)
            if report["load"]["sent"] is not None:
                self.assertGreater(report["load"]["sent"], 0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PROGRAM, COMMAND, *OPTIONS = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
