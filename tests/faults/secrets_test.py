"""No personal text and no secret in the store's files, in backups, in logs and in what the commands print, also after a crash.

The smoke test searches after one good purchase; here everything goes wrong that would tempt a program to be talkative.
"""

import json
import os
import unittest

from node import APP_SECRET, OPERATOR, Shop, Workplace, loopback, run_command, wait_for
from raw_http import Raw, request
from webhooks import body_of, change, message_id, post_once, signature, text_message

import leaks  # found through node.py, which knows where the scripts are

PHONE = "254711558203"
USER_ID = "KE.98273645102938475"
NAME = "Wambui wa Kamau"
TEXT = "naomba unga wa siri kwa mlango wa nyuma"
NOT_OURS = "ujumbe wa duka lisilojulikana"
BROKEN = "sehemu iliyovunjika ya ujumbe"
PLAIN_JSON = "JSON isiyo ya webhook"
REPLY_PART = "Write MENU to return to the shop"


class SecretsTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-secrets-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.shop = Shop("duka", 0)
        self.stranger = Shop("nobody", 9)
        self.sandbox = self.place.sandbox()
        self.node = self.place.node(
            graph_url=self.sandbox.url, level="trace", limits={"ambiguous_grace": "1s", "graph_timeout": "1s"}
        )
        self.sandbox.start([self.shop], self.node.public_port, 3)
        self.node.start()
        self.node.add(self.shop)

    def secrets(self):
        with open(self.node.kek, "rb") as file:
            kek = bytes.fromhex(file.read().decode("ascii").strip())
        form = self.shop.form()
        return {
            "the phone number": PHONE,
            "a message id": message_id(PHONE, "one"),
            "the user id": USER_ID,
            "the name": NAME,
            "the text": TEXT,
            "the text of an update that is nobody's": NOT_OURS,
            "the text of a malformed update": BROKEN,
            "the text of JSON that is no webhook": PLAIN_JSON,
            "a reply": REPLY_PART,
            "the app secret": APP_SECRET,
            "the tenant's secret": self.shop.app_secret,
            "the access token": self.shop.access_token,
            "the verify token": form["verify_token"],
            "the operator's token": OPERATOR,
            "the key-encryption key": kek,
        }

    def post(self, body, secret=None, status=200):
        self.assertEqual(post_once(self.node.public_port, self.shop.path, body, secret or self.shop.secret), status)

    def say(self, unique, text, **more):
        message = {**text_message(PHONE, unique, text), "from_user_id": USER_ID, **more}
        one = change(self.shop.number_id, [message], name=NAME)
        one["value"]["contacts"][0]["user_id"] = USER_ID
        return body_of([(self.shop.waba_id, one)])

    def make_trouble(self):
        self.post(self.say("one", TEXT))
        self.post(self.say("two", "HUMAN"))
        self.post(self.say("one", TEXT))  # a repeat
        self.post(self.say("three", TEXT), secret="wrong", status=403)
        self.post(self.say("four", TEXT)[:-2], status=400)
        self.post(json.dumps({"note": PLAIN_JSON, "from": PHONE}).encode())
        foreign = change(self.stranger.number_id, [text_message(PHONE, "five", NOT_OURS)], name=NAME)
        self.post(body_of([(self.stranger.waba_id, foreign)]))
        broken = change(self.shop.number_id, [{"id": ["?"], "from": PHONE, "text": BROKEN, "type": 7}], name=NAME)
        self.post(body_of([(self.shop.waba_id, broken)]))
        with Raw(self.node.public_port) as line:  # rubbish in the header and in the target
            line.send(request("POST", f"/v1/webhooks/{PHONE}?text={TEXT.replace(' ', '+')}", [("X-From", PHONE)]))
            self.assertEqual(line.answer().status, 404)
        with self.assertRaises(loopback.HttpError):
            loopback.call("GET", f"{self.node.admin_url}/v1/tenants/duka/conversations/{PHONE}", token=OPERATOR + "x")
        self.sandbox.chaos("error500=0.4,error5xx=0.2,lost_answer=0.2,throttle=0.1")
        for number in range(12):
            self.post(self.say(f"many{number}", f"{TEXT} {number}"))
            self.node.admin("GET", f"tenants/duka/conversations/{PHONE}")
        self.node.messages("duka", PHONE)
        wait_for("Meta has something", self.sandbox.record, 10)
        self.sandbox.chaos("none")

    def assert_no_leaks(self, *others):
        found, sizes = leaks.find_leaks([os.path.dirname(self.node.store), self.node.log, *others], self.secrets())
        self.assertEqual(found, [])
        for needed in (self.node.store, self.node.store + ".commits", self.node.store + ".keys", self.node.log):
            self.assertTrue(sizes.get(needed), f"{needed} is empty or missing, so searching it means nothing")
        return sizes

    def test_nothing_leaks(self):
        self.make_trouble()
        sizes = self.assert_no_leaks()  # while it runs
        self.assertTrue(sizes.get(self.node.store + ".commits-wal"), "the journal's log was not searched")
        self.node.kill()
        self.assert_no_leaks()
        self.node.start()
        backup = os.path.join(self.place.path, "backup")
        said = []
        for command in (["--config", self.node.config, "backup", backup], ["verify", backup], ["rebuild", backup]):
            status, out, err = run_command(*command)
            self.assertEqual(status, 0, out + err)
            said.append(out + err)
        output = os.path.join(self.place.path, "said")
        with open(output, "w", encoding="utf-8") as file:
            file.write("\n".join(said) + loopback.call("GET", f"{self.node.admin_url}/metrics"))
        self.assertEqual(self.node.stop(), 0)
        self.assert_no_leaks(backup, backup + ".keys", output)

    def test_answers_show_no_secret_of_a_tenant(self):
        answers = json.dumps(
            [self.node.admin("GET", "tenants"), self.node.admin("GET", "tenants/duka"), self.node.admin("GET", "cluster")]
        )
        for what in (self.shop.app_secret, self.shop.access_token, self.shop.form()["verify_token"], APP_SECRET, OPERATOR):
            self.assertNotIn(what, answers)
        with Raw(self.node.public_port) as line:
            body = self.say("one", TEXT)
            line.send(request("POST", self.shop.path, [("X-Hub-Signature-256", "sha256=" + "0" * 64)], body))
            answer = line.answer()
        self.assertEqual(answer.status, 403)
        self.assertNotIn(signature(self.shop.secret, body)[7:].encode(), answer.body)
        self.assertNotIn(PHONE.encode(), answer.body)


if __name__ == "__main__":
    unittest.main()
