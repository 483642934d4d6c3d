#!/usr/bin/env python3
"""Runs the demo shop on three nodes until Ctrl-C, or plays the smoke test. Called by scripts/cluster once everything is built."""

import os
import sys
import tempfile
import threading
import time

import certificates
import demo
import loopback
import smoke
from children import ChildFailed
from demo_shop import TOP, DemoShop, read_json, write_private
from postgres_server import Postgres

PHONE_PORT = 8188
NODES = ("wakala-1", "wakala-2", "wakala-3")

CONFIG = """\
# Written by scripts/cluster at every start. The secrets come from secrets.json through the environment.
node: {{name: {name}}}
listen:
  public: {host}:{public}
  admin: {host}:{admin}
store: {{url: "{store}"}}
keys: {{kek_file: kek}}
meta:
  app_secret: ${{DEMO_META_APP_SECRET}}
  verify_token: ${{DEMO_META_VERIFY_TOKEN}}
  graph_url: {graph}
payments:
  public_url: http://{host}:{public}
  stripe_url: {graph}/_sandbox/stripe
  daraja_url: {graph}/_sandbox/daraja
  daraja_addresses: any
admin:
  tokens:
    - token: ${{DEMO_ADMIN_TOKEN}}
      scopes: [operator]
cluster:
  listen: {host}:{links}
  tls_certificate_file: {certificate}
  tls_key_file: {key}
  tls_ca_file: {authority}
"""


class DemoCluster(DemoShop):
    """The demo shop served by several nodes on one database."""

    def __init__(self, directory, bin_dir, phone_port):
        ports = loopback.free_ports(3 * len(NODES))
        super().__init__(directory, bin_dir, phone_port, ports[0], ports[1])
        self.server = Postgres(directory)
        self.admin_urls = {}
        self._certify()
        for index, name in enumerate(NODES):
            public, admin, links = ports[3 * index : 3 * index + 3]
            self.admin_urls[name] = f"http://{loopback.HOST}:{admin}"
            write_private(
                self.path(f"{name}.yaml"),
                CONFIG.format(
                    name=name, host=loopback.HOST, public=public, admin=admin, links=links, store=self.server.url,
                    graph=self.phone_url, certificate=f"{name}.pem", key=f"{name}.key", authority="cluster-ca.pem",
                ),
            )  # fmt: skip

    def _certify(self):
        """An authority of this cluster alone, and a certificate for each node."""
        if os.path.exists(self.path("cluster-ca.pem")):
            return
        authority = certificates.authority(self.directory, "cluster")
        for name in NODES:
            certificates.certify(authority, self.path(f"{name}.key"), self.path(f"{name}.pem"), name)

    def _start_wakalads(self):
        self.server.start()
        environment = {
            "DEMO_META_APP_SECRET": self.secrets["meta_app_secret"],
            "DEMO_META_VERIFY_TOKEN": self.secrets["meta_verify_token"],
            "DEMO_ADMIN_TOKEN": self.secrets["admin_token"],
        }
        for name in NODES:
            self._start("wakalad", ["--config", self.path(f"{name}.yaml")], f"{self.admin_urls[name]}/readyz", environment, name)

    def view(self):
        """What the cluster says of itself, by whichever node answers."""
        for url in self.admin_urls.values():
            try:
                return loopback.call_json("GET", f"{url}/v1/cluster", token=self.secrets["admin_token"])
            except loopback.HttpError:
                continue
        raise ChildFailed("no node answers")

    def wait_for_owners(self, nodes, seconds=20):
        """Until every shard is with one of these nodes, and each has some."""
        deadline = time.monotonic() + seconds
        while {shard["node"] for shard in self.view()["shards"]} != set(nodes):
            if time.monotonic() > deadline:
                raise ChildFailed(f"not every shard is with {', '.join(nodes)} within {seconds} s: {self.view()['shards']}")
            time.sleep(0.1)

    def kill(self, name):
        [child] = [child for child in self.children if child.name == name]
        self.children.remove(child)
        child.kill()

    def stop(self):
        try:
            return super().stop()
        finally:
            self.server.stop()


def run_demo(bin_dir, port):
    directory = os.path.join(TOP, "var", "cluster")
    held = demo.lock(directory)
    if port != 0 and not loopback.is_free(port):
        raise ChildFailed(f"port {port} is taken: choose another with --port N (0: any free one)")
    shop = DemoCluster(directory, bin_dir, port or loopback.free_ports(1)[0])
    try:
        shop.start()
        shop.wait_for_owners(NODES)
        nodes = "\n".join(f"  {name}: {url}/" for name, url in shop.admin_urls.items())
        print(
            f"""
{shop.tenant['name']} is open, on {len(NODES)} nodes.

  phone:    {shop.phone_url}/
  webhooks: {shop.public_url}/v1/webhooks/{shop.tenant['id']} (the other nodes take them as well)
  admin (the bearer token is admin_token in var/cluster/secrets.json):
{nodes}
  logs:     var/cluster/logs/

See who serves what:
  {bin_dir}/wakalad cluster status --url {shop.admin_url} --token $(python3 -c 'import json; print(json.load(open("var/cluster/secrets.json"))["admin_token"])')

Say "hi" on the phone page. Ctrl-C stops everything; the shop is kept in var/cluster (delete it to start afresh).
""",
            flush=True,
        )
        never = threading.Event()
        while not never.wait(1):
            shop.check_running()
    except demo.Stopped:
        print("\nstopping", flush=True)
    finally:
        shop.stop()
        held.close()
    return 0


def run_smoke(bin_dir):
    catalog = read_json(TOP, "deploy", "demo", "catalog.json")

    def show(line):
        print(line, flush=True)

    with tempfile.TemporaryDirectory(prefix="wakala-cluster-smoke-") as directory:
        shop = DemoCluster(directory, bin_dir, loopback.free_ports(1)[0])
        try:
            shop.start()
            shop.wait_for_owners(NODES)
            first = smoke.play(shop, catalog, show)
            smoke.check_cart(shop)
            lost = "wakala-3"
            shop.kill(lost)
            shop.wait_for_owners([name for name in NODES if name != lost])
            show(f"{lost} is gone; its shards are with the others")
            chat = smoke.Chat(shop.phone_url, shop.tenant["phone_numbers"][0]["id"], "254711904358", "Baraka Otieno", show)
            chat.write("hi")
            chat.expect("Hi Baraka")
            smoke.check_cart(shop)
            smoke.place_order(shop, first, "WEKA ODA", "Asante. Oda yako ni")
            shop.check_running()
            statuses = shop.stop()
            if any(statuses.values()):
                raise smoke.SmokeFailed(f"not everything stopped with status 0: {statuses}")
        finally:
            shop.stop()
    print("cluster smoke: good")
    return 0


if __name__ == "__main__":
    sys.exit(demo.main("cluster", __doc__, PHONE_PORT, run_demo, run_smoke))
