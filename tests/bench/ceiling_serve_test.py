#!/usr/bin/env python3
"""`wakala-bench ceiling --serve` as a program: what it prints, answers and leaves behind. Usage: FILE WAKALA_BENCH"""

import os
import signal
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "faults"))

import webhooks  # noqa: E402

PROGRAM = ""


class Serve(unittest.TestCase):
    def start(self, directory, *more):
        return subprocess.Popen(
            [PROGRAM, "ceiling", "--serve", "--directory", directory, "--secret", "s3cret", *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_it_says_where_it_serves_and_in_the_end_what_it_wrote(self):
        with tempfile.TemporaryDirectory() as directory:
            process = self.start(directory, "--threads", "3", "--shards", "5")
            try:
                said = process.stdout.readline()
                self.assertRegex(said, r"^public: http://127\.0\.0\.1:\d+$")
                port = int(said.rsplit(":", 1)[1])
                line = webhooks.Line("127.0.0.1", port)
                body = webhooks.body_of([("1", webhooks.change("n", [webhooks.text_message("2547", "1", "hi")]))])
                answers = [line.post("/v1/webhooks", body, "s3cret") for _ in range(20)]
                self.assertEqual(answers, [200] * 20)
                self.assertEqual(line.post("/v1/webhooks", body, "other"), 403)
                line.close()
                process.send_signal(signal.SIGTERM)
                out, err = process.communicate(timeout=20)
            finally:
                process.kill()
                process.communicate()
            self.assertEqual((process.returncode, err), (0, ""))
            self.assertRegex(out, r"^rows: 20\nbatches: \d+\n$")
            self.assertIn("ceiling.db.commits", os.listdir(directory))

    def test_what_cannot_be_served_is_refused_by_name(self):
        with tempfile.TemporaryDirectory() as directory:
            for listen in ("nowhere", "127.0.0.1:99999", "192.0.2.1:0"):
                process = self.start(directory, "--listen", listen)
                _, err = process.communicate(timeout=20)
                self.assertEqual(process.returncode, 1)
                self.assertIn("--listen: ", err)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
