"""Starts wakalad as the Kubernetes manifest says: its command, its environment, its files, its probes.

Only what a machine without Kubernetes cannot have is put in its place: the paths of volumes and of the program, and the
addresses of the container. Runs by the distribution's Python, which has the package for YAML.
"""

import os
import signal
import time
import unittest

import yaml
from cluster import Workplace, loopback, wait_for

import certificates
from node import Child, Shop, program, run_command
from webhooks import body_of, change, post_once, text_message

MANIFEST = os.path.join(os.path.dirname(__file__), "..", "..", "deploy", "kubernetes", "wakala.yaml")
SECRETS = {"app-secret": "app-secret-of-the-test", "verify-token": "verify", "operator-token": "operator-token-of-the-test"}


class KubernetesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(MANIFEST, encoding="utf-8") as file:
            cls.objects = list(yaml.safe_load_all(file))

    def the(self, kind, name="wakala"):
        [found] = [o for o in self.objects if o["kind"] == kind and o["metadata"]["name"] == name]
        return found

    def setUp(self):
        self.place = Workplace("wakala-kubernetes-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.server = self.place.postgres()
        self.pod = self.the("StatefulSet")["spec"]["template"]["spec"]
        [self.container] = self.pod["containers"]
        self.ports = dict(zip((p["name"] for p in self.container["ports"]), loopback.free_ports(3)))
        self.numbers = {p["containerPort"]: self.ports[p["name"]] for p in self.container["ports"]}
        self.files = self.fill_volumes()

    def here(self, text):
        """The same on this machine: its directories, its addresses."""
        for mount, directory in sorted(self.files.items(), reverse=True):
            text = text.replace(mount, directory)
        for inside, outside in self.numbers.items():
            text = text.replace(f"0.0.0.0:{inside}", f"127.0.0.1:{outside}")
            text = text.replace(f"${{POD_NAME}}.wakala-nodes:{inside}", f"127.0.0.1:{outside}")
        return text

    def fill_volumes(self):
        self.files = {m["mountPath"]: os.path.join(self.place.path, m["name"]) for m in self.container["volumeMounts"]}
        by_name = {m["name"]: os.path.join(self.place.path, m["name"]) for m in self.container["volumeMounts"]}
        self.assertEqual(set(by_name), {volume["name"] for volume in self.pod["volumes"]})
        for directory in by_name.values():
            os.makedirs(directory)
        for name, text in self.the("ConfigMap")["data"].items():
            with open(os.path.join(by_name["config"], name), "w", encoding="utf-8") as file:
                file.write(self.here(text))
        self.assertEqual(run_command("keygen", os.path.join(by_name["kek"], "kek"))[0], 0)
        authority = certificates.authority(self.place.path, "links")
        links = by_name["links"]
        certificates.certify(authority, os.path.join(links, "tls.key"), os.path.join(links, "tls.crt"), "wakala")
        os.replace(authority[1], os.path.join(links, "ca.crt"))
        return self.files

    def environment(self):
        values = {}
        for each in self.container["env"]:
            if "value" in each:
                self.assertIsInstance(each["value"], str, "Kubernetes takes texts only")
                values[each["name"]] = each["value"]
            elif "fieldRef" in each["valueFrom"]:
                self.assertEqual(each["valueFrom"]["fieldRef"]["fieldPath"], "metadata.name")
                values[each["name"]] = "wakala-0"
            else:
                key = each["valueFrom"]["secretKeyRef"]["key"]
                values[each["name"]] = self.server.url if key == "store-url" else SECRETS[key]
        return values

    def probe(self, name, child):
        """As the kubelet does: so often, so long, so many failures."""
        probe = self.container[name]
        url = f"http://127.0.0.1:{self.ports[probe['httpGet']['port']]}{probe['httpGet']['path']}"
        for _ in range(probe["failureThreshold"]):
            self.assertTrue(child.is_running())
            try:
                return loopback.call("GET", url, timeout=probe.get("timeoutSeconds", 1))
            except loopback.HttpError:
                time.sleep(probe["periodSeconds"])
        self.fail(f"{name} has failed {probe['failureThreshold']} times")

    def test_the_command_the_environment_and_the_probes(self):
        words = [self.here(word) for word in self.container["command"]]
        self.assertEqual(os.path.basename(words[0]), "wakalad")
        words[0] = program("wakalad")
        child = Child("wakalad", words, os.path.join(self.place.path, "wakalad.log"), self.environment())
        self.addCleanup(lambda: child.is_running() and child.kill())
        self.probe("startupProbe", child)
        wait_for("it is ready", lambda: self.probe("readinessProbe", child), 10)
        self.probe("livenessProbe", child)
        admin = f"http://127.0.0.1:{self.ports['admin']}/v1"
        view = loopback.call_json("GET", f"{admin}/cluster", token=SECRETS["operator-token"])
        self.assertEqual([node["name"] for node in view["nodes"]], ["wakala-0"])
        count = next(each["value"] for each in self.container["env"] if each["name"] == "SHARD_COUNT")
        self.assertEqual(len(view["shards"]), int(count))
        shop = Shop("duka", 0)
        loopback.call_json("POST", f"{admin}/tenants", shop.form(), token=SECRETS["operator-token"])
        body = body_of([(shop.waba_id, change(shop.number_id, [text_message("254722890000", "pod", "HELP")]))])
        self.assertEqual(post_once(self.ports["public"], shop.path, body, shop.secret), 200)
        began = time.monotonic()
        os.kill(child.pid, signal.SIGTERM)
        self.assertEqual(child.stop(), 0)
        self.assertLess(time.monotonic() - began, self.pod["terminationGracePeriodSeconds"])

    def test_what_belongs_together_is_named_alike(self):
        spec = self.the("StatefulSet")["spec"]
        labels = spec["template"]["metadata"]["labels"]
        self.assertEqual(spec["selector"]["matchLabels"], labels)
        self.assertEqual(self.the("PodDisruptionBudget")["spec"]["selector"]["matchLabels"], labels)
        self.assertEqual(self.the("PodDisruptionBudget")["spec"]["maxUnavailable"], 1)
        self.assertEqual(spec["serviceName"], "wakala-nodes")
        ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        for name in ("wakala", "wakala-nodes", "wakala-admin"):
            service = self.the("Service", name)["spec"]
            self.assertEqual(service["selector"], labels)
            for port in service["ports"]:
                self.assertEqual(port["port"], ports[port["name"]])
        self.assertTrue(self.the("Service", "wakala-nodes")["spec"]["publishNotReadyAddresses"])
        drain = next(e["value"] for e in self.container["env"] if e["name"] == "WAKALA_LIMITS_DRAIN_TIMEOUT")
        self.assertLess(int(drain.removesuffix("s")), self.pod["terminationGracePeriodSeconds"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
