"""scripts/verify-webhook: what it takes, what it refuses, and how it is called."""

import json
import os
import subprocess
import tempfile
import types
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(TOP, "scripts", "verify-webhook")
SECRET = "whsec_0123456789abcdef"


def run(*arguments, body=b"", **environment):
    done = subprocess.run(
        [SCRIPT, *arguments], input=body, capture_output=True, env={"PATH": os.environ["PATH"], **environment}, timeout=30
    )
    return done.returncode, (done.stdout + done.stderr).decode()


class VerifyWebhook(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(TOP, "tests", "data", "webhook-signatures", "vectors.json"), encoding="utf-8") as file:
            self.vectors = json.load(file)["vectors"]
        self.one = self.vectors[0]

    def status(self, vector, header=None, secret=None, now=None, body=None):
        options = ["--header", vector["header"] if header is None else header, "--now", str(vector["t"] if now is None else now)]
        body = vector["body"] if body is None else body
        return run(*options, "--secret", secret or vector["secrets"][0], body=body.encode())[0]

    def test_every_vector_is_taken_by_each_of_its_secrets(self):
        self.assertGreaterEqual(len(self.vectors), 6)
        for vector in self.vectors:
            for secret in vector["secrets"]:
                with self.subTest(vector["name"]):
                    self.assertEqual(self.status(vector, secret=secret), 0)
                    self.assertEqual(self.status(vector, secret=secret + "x"), 1)
                    self.assertEqual(self.status(vector, secret=secret, body=vector["body"] + " "), 1)

    def test_the_time_is_signed_and_has_a_limit_on_both_sides(self):
        at = self.one["t"]
        for now, expected in ((at + 300, 0), (at + 301, 1), (at - 300, 0), (at - 301, 1)):
            self.assertEqual(self.status(self.one, now=now), expected, now - at)
        later = self.one["header"].replace(f"t={at}", f"t={at + 1}")
        self.assertEqual(self.status(self.one, header=later), 1)
        self.assertEqual(run("--header", self.one["header"], "--secret", SECRET, body=b"{}")[0], 1, "it is old now")

    def test_other_headers_are_refused(self):
        at, good = self.one["t"], self.one["header"].split("v1=")[1]
        for header in ("", f"t={at}", f"v1={good}", f"t=,v1={good}", f"t={at},t={at},v1={good}", f"t={at},v0={good}", f"t={at},v1=",
                       f"t={at},v1={good.upper()}", f"t={at},v1={good[:-1]}", f"t=-1,v1={good}", f"t=¹,v1={good}", f"t={at};v1={good}",
                       f"t={at},v1={'é' * 64}", "9" * 500):  # fmt: skip
            self.assertEqual(self.status(self.one, header=header), 1, header)
        for header in (f"v1={good},t={at}", f"t={at},v1={'0' * 64},v1={good}", f"t={at},v9=new,v1={good}", f"t={at}, v1={good}"):
            self.assertEqual(self.status(self.one, header=header), 0, header)

    def test_header_and_secret_may_come_from_the_environment_and_the_body_from_a_file(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(self.one["body"].encode())
            file.flush()
            status, said = run(
                "--now", str(self.one["t"]), file.name, WAKALA_SIGNATURE=self.one["header"], WAKALA_WEBHOOK_SECRET=SECRET
            )
        self.assertEqual((status, said), (0, ""))
        two = self.vectors[2]
        options = ["--header", two["header"], "--now", str(two["t"]), "--secret", "another-one", "--secret", two["secrets"][1]]
        self.assertEqual(run(*options, body=two["body"].encode())[0], 0)

    def test_the_sample_in_the_documentation_agrees(self):
        with open(os.path.join(TOP, "docs", "shop.md"), encoding="utf-8") as file:
            sample = file.read().split("```python\n")[1].split("```")[0]
        made = {}
        exec(sample, made)  # noqa: S102: it is ours
        for vector in self.vectors:
            made["time"] = types.SimpleNamespace(time=lambda at=vector["t"]: at)
            body, header = vector["body"].encode(), vector["header"]
            for secret in vector["secrets"]:
                self.assertTrue(made["is_genuine"](body, header, secret))
            self.assertFalse(made["is_genuine"](body + b" ", header, vector["secrets"][0]))
            self.assertFalse(made["is_genuine"](body, header, "another-secret"))
            made["time"] = types.SimpleNamespace(time=lambda at=vector["t"]: at + 301)
            self.assertFalse(made["is_genuine"](body, header, vector["secrets"][0]))
        for header in ("", "v1", "t=1", "t=x,v1=y", "v1=é,t=1"):
            self.assertFalse(made["is_genuine"](b"{}", header, SECRET), header)

    def test_a_wrong_call_is_not_a_wrong_signature(self):
        whole = ["--header", self.one["header"], "--secret", SECRET]
        for arguments in ([], whole[:2], whole[2:], [*whole, "--unknown"], [*whole, "--tolerance", "-1"], [*whole, "--now", "soon"],
                          [*whole, "/no/such/file"], [*whole, "a", "b"]):  # fmt: skip
            status, said = run(*arguments)
            self.assertEqual(status, 2, arguments)
            self.assertNotIn(SECRET, said)
        status, said = run("--help")
        self.assertEqual(status, 0)
        self.assertTrue(said.startswith("Usage: scripts/verify-webhook"), said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
