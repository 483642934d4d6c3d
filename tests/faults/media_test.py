"""Files through a daemon and the sandbox in Meta's place: fetched, kept through a crash, uploaded once, and scanned.

Nothing of a file may lie on the disk in clear, and nothing that was refused may be kept at all.
"""

import base64
import hashlib
import http.client
import json
import os
import unittest

from node import OPERATOR, Shop, Workplace, wait_for

PHONE = "254711223344"
MARK = b"naomba-risiti-ya-siri"
HARM = b"KITU-KIBAYA"
VERSION = "v23.0"


def picture(tail=b"", size=300_000):
    """Something that begins as a JPEG and is a little different from every other."""
    body = b"\xff\xd8\xff\xe0" + MARK + os.urandom(size) + tail
    return body + b"\xff\xd9"


class Call:
    """One request with bytes in and bytes out."""

    def __init__(self, port, method, path, body=None, headers=None, token=OPERATOR):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            line.request(method, path, body=body, headers={"Authorization": f"Bearer {token}", **(headers or {})})
            answer = line.getresponse()
            self.status = answer.status
            self.headers = answer.headers
            self.body = answer.read()
        finally:
            line.close()

    def json(self):
        return json.loads(self.body)


def form(content, mime):
    boundary = "a-boundary"
    fields = f'--{boundary}\r\nContent-Disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp\r\n'
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\nContent-Type: {mime}\r\n\r\n'
    body = fields.encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


class MediaTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-media-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.shop, self.other = Shop("duka", 0), Shop("kiosk", 1)
        self.sandbox = self.place.sandbox()
        scanner = os.path.join(self.place.path, "scanner")
        with open(scanner, "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\nif grep -q -a -F "$1"; then exit 1; fi\nexit 0\n')
        os.chmod(scanner, 0o700)
        self.node = self.place.node(
            graph_url=self.sandbox.url, media={"scan_command": f"{scanner} {HARM.decode()}", "scan_timeout": "20s"}
        )
        self.directory = self.node.store + ".media"
        self.sandbox.start([self.shop, self.other], self.node.public_port, 3)
        self.node.start()
        for shop in (self.shop, self.other):
            self.node.add(shop)

    # -- what the tests do

    def at_meta(self, content, mime="image/jpeg"):
        """The id of a file that the sandbox has."""
        body, headers = form(content, mime)
        path = f"/{VERSION}/{self.shop.number_id}/media"
        return Call(self.sandbox.port, "POST", path, body, headers, self.shop.access_token).json()["id"]

    def shopper_sends(self, content, mime="image/jpeg"):
        media_id = self.at_meta(content, mime)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        image = {"id": media_id, "mime_type": mime, "sha256": digest, "caption": "Risiti"}
        sent = {"phone_number_id": self.shop.number_id, "from": PHONE, "message": {"type": "image", "image": image}, "wait": True}
        answer = Call(self.sandbox.port, "POST", "/_sandbox/inbound", json.dumps(sent), {"Content-Type": "application/json"})
        self.assertTrue(answer.json()["delivered"], answer.body)
        return media_id

    def gone_at_meta(self, media_id):
        answer = Call(self.sandbox.port, "DELETE", f"/{VERSION}/{media_id}", token=self.shop.access_token)
        self.assertEqual(answer.status, 200, answer.body)

    def fetch(self, media_id, tenant="duka"):
        return Call(self.node.admin_port, "GET", f"/v1/tenants/{tenant}/media/{media_id}")

    def upload(self, content, mime="image/jpeg"):
        return Call(self.node.admin_port, "POST", "/v1/tenants/duka/media", content, {"Content-Type": mime})

    def kept(self):
        return sorted(name for name in os.listdir(self.directory) if name != "lock")

    def crash(self):
        self.node.kill()
        self.node.start()

    def count(self, sample):
        return int(self.node.metrics()[sample])

    def assert_sealed(self):
        for name in self.kept():
            with open(os.path.join(self.directory, name), "rb") as file:
                sealed = file.read()
            for secret in (MARK, b"\xff\xd8\xff\xe0", b"image/jpeg", self.shop.number_id.encode()):
                self.assertNotIn(secret, name.encode() + sealed)

    # -- the tests

    def test_a_shoppers_picture_is_kept_through_a_crash(self):
        content = picture(size=700_000)
        media_id = self.shopper_sends(content)
        entry = next(m for m in self.node.messages("duka", PHONE) if m["direction"] == "in")
        digest = hashlib.sha256(content).hexdigest()
        self.assertEqual(entry["media"], {"id": media_id, "mime_type": "image/jpeg", "sha256": digest})

        def assert_given():
            answer = self.fetch(media_id)
            self.assertEqual(answer.status, 200, answer.body[:300])
            self.assertEqual(answer.body, content)
            self.assertEqual(answer.headers["Content-Type"], "image/jpeg")
            self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment"))
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(answer.headers["Cache-Control"], "private")

        assert_given()
        self.assertEqual(len(self.kept()), 1)
        self.assert_sealed()
        self.gone_at_meta(media_id)
        self.node.kill()
        with open(os.path.join(self.directory, self.kept()[0] + ".0011223344556677.tmp"), "wb") as half:
            half.write(b"half")
        self.node.start()
        self.assertEqual(len(self.kept()), 1)
        assert_given()
        self.assertEqual(self.count('wakala_media_served_total{from="store"}'), 1)
        self.assertEqual(self.count('wakala_media_served_total{from="meta"}'), 0)
        self.assertEqual(self.fetch(media_id, "kiosk").status, 404)
        self.assertEqual(self.fetch("1234567890").status, 404)

        self.node.kill()  # damage is told, never given out
        with open(os.path.join(self.directory, self.kept()[0]), "r+b") as file:
            file.seek(400_000)
            byte = file.read(1)
            file.seek(400_000)
            file.write(bytes([byte[0] ^ 0x55]))
        self.node.start()
        self.assertEqual(self.fetch(media_id).status, 500)
        self.assertIn("media.damaged", self.node.said())

    def test_the_same_bytes_go_up_once_and_can_be_sent(self):
        self.shopper_sends(picture())
        content = picture()
        first = self.upload(content)
        self.assertEqual(first.status, 201, first.body)
        facts = first.json()
        self.assertEqual(
            {key: facts[key] for key in ("sha256", "mime_type", "size", "cached")},
            {"sha256": hashlib.sha256(content).hexdigest(), "mime_type": "image/jpeg", "size": len(content), "cached": False},
        )
        again = self.upload(content, "image/jpg; name=x").json()
        self.assertEqual(again, {**facts, "cached": True})
        self.crash()
        self.assertEqual(self.upload(content).json(), {**facts, "cached": True})
        body, headers = form(content, "image/jpeg")
        as_meta = Call(self.node.admin_port, "POST", f"/{VERSION}/{self.shop.number_id}/media", body, headers)
        self.assertEqual((as_meta.status, as_meta.json()), (200, {"id": facts["id"]}))  # a second upload has another id
        self.assertEqual(self.count('wakala_media_uploads_total{outcome="uploaded"}'), 0)
        self.assertEqual(self.fetch(facts["id"]).body, content)
        self.assert_sealed()
        message = {"to": PHONE, "type": "image", "image": {"id": facts["id"], "caption": "Karibu"}}
        self.node.admin("POST", "tenants/duka/messages", message)
        sent = wait_for("the picture is sent", lambda: [m for m in self.sandbox.record() if m["type"] == "image"], 20)
        self.assertEqual(sent[0]["body"]["image"]["id"], facts["id"])

    def test_what_may_not_pass_is_refused_and_not_kept(self):
        harmful = picture(tail=HARM)
        for answer in (self.fetch(self.shopper_sends(harmful)), self.upload(harmful)):
            self.assertEqual(answer.status, 422, answer.body)
            self.assertEqual(answer.json()["field"], "/content")
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.count("wakala_media_infected_total"), 2)
        self.assertEqual(self.node.said().count("media.infected"), 2)
        for secret in (PHONE, self.shop.access_token, self.shop.number_id):
            self.assertNotIn(secret, self.node.said())

        self.assertEqual(self.upload(b"<html>", "image/jpeg").json()["field"], "/mime_type")
        self.assertEqual(self.upload(b"GIF89a", "image/gif").status, 422)
        large = self.upload(picture(size=5_000_001))
        self.assertEqual(large.status, 413)
        self.assertIn("5000000", large.json()["detail"])
        posted = Call(self.node.admin_port, "PUT", "/v1/tenants/duka/catalog", b" " * (5 << 20))
        self.assertEqual(posted.status, 413, "other calls take no large bodies")
        self.assertEqual(self.upload(b"", "image/jpeg").json()["field"], "/size")
        mismatch = self.fetch(self.at_meta(b"\x00" * 100, "image/png"))
        self.assertEqual((mismatch.status, mismatch.json()["field"]), (422, "/mime_type"))
        self.assertEqual(self.kept(), [])

        self.node.kill()
        self.node.settings["media"]["scan_command"] = os.path.join(self.place.path, "nothing-here")
        self.node.write_config()
        self.node.start()
        media_id = self.shopper_sends(picture())
        for answer in (self.fetch(media_id), self.upload(picture())):
            self.assertEqual(answer.status, 503, answer.body)
            self.assertIsNotNone(answer.headers["Retry-After"])
        self.assertEqual(self.kept(), [])

    def test_a_directory_that_cannot_be_used_stops_no_shop(self):
        self.node.kill()
        self.node.settings["media"]["directory"] = self.node.kek  # a file
        self.node.write_config()
        self.node.start()
        media_id = self.shopper_sends(picture())
        answer = self.fetch(media_id)
        self.assertEqual((answer.status, "media.directory" in answer.json()["detail"]), (501, True))
        self.assertIn("media.unusable", self.node.said())


if __name__ == "__main__":
    unittest.main()
