"""Several wakalads of a test's own on one PostgreSQL server, with proxies between them that a test can cut."""

import hashlib
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "faults"))
sys.path.insert(0, HERE)

from node import OPERATOR, ChildFailed, Workplace, loopback, wait_for  # noqa: E402
from proxy import Proxy  # noqa: E402

SHARDS = 16


def shard_of(tenant):
    return int.from_bytes(hashlib.md5(tenant.encode()).digest()[:2], "big") % SHARDS


def threads_of(pid):
    """What each thread of a process waits for, where the system tells."""

    def word(path):
        try:
            with open(path, encoding="utf-8") as file:
                return file.read().strip()
        except OSError:
            return "?"

    tasks = f"/proc/{pid}/task"
    numbers = sorted(os.listdir(tasks), key=int) if os.path.isdir(tasks) else []
    return [
        f"thread {word(f'{tasks}/{n}/comm')}: {word(f'{tasks}/{n}/wchan')}, system call {word(f'{tasks}/{n}/syscall')[:40]}"
        for n in numbers
    ]


class Member:
    """One node, what is in front of its links, and what is between it and the store."""

    def __init__(self, cluster, name):
        self.name = name
        link_port, self.link_listen, store_port = loopback.free_ports(3)
        self.links = Proxy(("127.0.0.1", self.link_listen), link_port)
        self.store = Proxy(("127.0.0.1", cluster.server.port), store_port)
        directory = os.path.join(cluster.place.path, name)
        os.makedirs(directory, exist_ok=True)
        if cluster.members:
            shutil.copy(cluster.members[0].node.kek, os.path.join(directory, "kek"))
        self.node = cluster.place.node(
            name,
            limits=cluster.limits,
            graph_url=cluster.graph_url,
            store_url=cluster.server.url.replace(str(cluster.server.port), str(store_port)),
            level="info",
            **{
                "node": {"name": name},
                "cluster": {
                    "listen": f"127.0.0.1:{self.link_listen}",
                    "advertise": f"127.0.0.1:{link_port}",
                    "tls": "off",
                    "shard_count": SHARDS,
                    **cluster.settings,
                },
            },
        )

    def start(self, wait=True):
        self.links.mend()
        self.store.mend()
        self.links.listen()
        self.node.spawn()
        if wait:
            self.node.wait_ready()

    def kill(self):
        self.node.kill()
        self.links.refuse()

    def stop(self):
        status = self.node.stop()
        self.links.refuse()
        return status

    def close(self):
        self.links.close()
        self.store.close()


class Cluster:
    def __init__(self, place, server, names="abc", limits=None, graph_url="http://127.0.0.1:9", **settings):
        self.place = place
        self.server = server
        self.limits = limits
        self.graph_url = graph_url
        self.settings = settings
        self.members = []
        for name in names:
            self.members.append(Member(self, name))

    def __getitem__(self, name):
        return next(member for member in self.members if member.name == name)

    def start(self):
        for member in self.members:
            member.start(wait=False)
        try:
            for member in self.members:
                member.node.wait_ready()
            self.wait_whole()
        except (AssertionError, ChildFailed) as failed:
            raise AssertionError(f"{failed}\n{self.what_they_say()}") from None

    def what_they_say(self):
        """Of a cluster that did not come to be: how each node sees it, and the end of its log."""
        said = []
        for member in self.running():
            for path in ("/readyz", "/v1/cluster"):
                try:
                    said.append(f"{member.name} {path}: {loopback.call('GET', member.node.admin_url + path, token=OPERATOR, timeout=3)}")
                except loopback.HttpError as failed:
                    said.append(f"{member.name}: {failed}")
            said += [f"{member.name}| {line}" for line in member.node.said().splitlines()[-12:]]
            said += [f"{member.name}# {line}" for line in threads_of(member.node.child.pid)]
        return "\n".join(said)

    def running(self):
        return [member for member in self.members if member.node.is_running()]

    def status(self, of=None):
        return (of or self.running()[0]).node.admin("GET", "cluster")

    def owners(self, of=None):
        """Shard number → name of its node, or None."""
        return {int(s["shard"].rpartition("-")[2]): s["node"] for s in self.status(of)["shards"]}

    def is_whole(self):
        """Every running node is heard of, and each shard is with one of them, where it belongs, as everybody knows."""
        try:
            views = [self.status(member) for member in self.running()]
        except loopback.HttpError:
            return False
        names = {member.name for member in self.running()}
        for view in views:
            if {node["name"] for node in view["nodes"] if node["state"] == "serving"} != names:
                return False  # also while one that was killed is still believed to be there
            if any(node["link"] not in ("self", "up") for node in view["nodes"] if node["name"] in names):
                return False
            if any(shard["state"] != "owned" or shard["node"] not in names for shard in view["shards"]):
                return False
            if {shard["node"] for shard in view["shards"]} != names:
                return False
        return all(view["shards"] == views[0]["shards"] for view in views)

    def wait_whole(self, seconds=30):
        wait_for("every node is there and every shard has its owner", self.is_whole, seconds)

    def close(self):
        for member in self.members:
            member.close()


__all__ = ["OPERATOR", "SHARDS", "Cluster", "Member", "Workplace", "loopback", "shard_of", "wait_for"]
