"""A wakalad and a wakala-sandbox of a test's own, in a directory of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts", "lib"))

import loopback  # noqa: E402
from children import Child, ChildFailed  # noqa: E402

APP_SECRET = "the-apps-own-secret-5f0c2a"
OPERATOR = "operator-token-93b1d7"
READY_SECONDS = 30


def bin_dir():
    return os.environ.get("WAKALA_BIN_DIR") or os.path.join(TOP, "build", "release", "bin")


def program(name):
    return os.path.join(bin_dir(), name)


def run_command(*arguments, timeout=60):
    """Runs `wakalad` with a command; returns (exit status, standard output, standard error)."""
    done = subprocess.run([program("wakalad"), *arguments], capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


class Shop:
    """A tenant as the tests configure it. Without a secret its webhooks come to the app's URL."""

    def __init__(self, name, index, own_secret=True, spread=1):
        self.id = name
        self.waba_id = f"{100000000000100 + index}"
        self.number_id = f"{200000000000100 + index}"
        self.display = f"2547000001{index:02d}"
        self.app_secret = f"secret-of-{name}-{index}-c41d" if own_secret else None
        self.spread = spread  # over so many shards
        self.may_be_spread_anew = spread > 1
        self.limits = {}  # others of the tenant
        self.access_token = f"token-of-{name}-{index}-77ae"

    @property
    def path(self):
        return f"/v1/webhooks/{self.id}" if self.app_secret else "/v1/webhooks"

    @property
    def secret(self):
        return self.app_secret or APP_SECRET

    def form(self):
        form = {
            "id": self.id,
            "name": f"Duka {self.id}",
            "currency": "KES",
            "time_zone": "Africa/Nairobi",
            "waba_id": self.waba_id,
            "phone_numbers": [{"id": self.number_id, "display": self.display}],
            "verify_token": f"verify-{self.id}-0b6e",
            "access_token": self.access_token,
            # The tests send as fast as they can.
            "limits": {"inbound_per_s": 100_000, "shopper_messages_per_minute": 100_000, "messages_per_hour": 1_000_000, "spread_shards": self.spread, **self.limits},
        }
        if self.app_secret:
            form["app_secret"] = self.app_secret
        return form


class Node:
    """One daemon and its directory. Only processes started here are ever signalled."""

    def __init__(
        self, directory, limits=None, graph_url="http://127.0.0.1:9", store=None, level="warn", store_url=None, **sections
    ):
        self.directory = directory
        self.public_port, self.admin_port = loopback.free_ports(2)
        self.store = store or os.path.join(directory, "data", "wakala.db")
        os.makedirs(os.path.dirname(self.store), exist_ok=True)
        self.kek = os.path.join(directory, "kek")
        self.log = os.path.join(directory, "wakalad.log")
        self.config = os.path.join(directory, "wakala.yaml")
        self.environment = {}
        self.child = None
        self.settings = {
            "node": {"name": "faults"},
            "listen": {"public": f"127.0.0.1:{self.public_port}", "admin": f"127.0.0.1:{self.admin_port}"},
            "store": {"url": store_url or f"sqlite:{self.store}"},
            "keys": {"kek_file": self.kek},
            "meta": {"app_secret": APP_SECRET, "verify_token": "verify-app", "graph_url": graph_url},
            "admin": {"tokens": [{"token": OPERATOR, "scopes": ["operator"]}]},
            "limits": limits or {},
            "logging": {"level": level},
            **sections,
        }
        if not self.settings["limits"]:
            del self.settings["limits"]
        self.write_config()
        if not os.path.exists(self.kek):
            status, out, err = run_command("keygen", self.kek)
            if status != 0:
                raise ChildFailed(f"wakalad keygen ended with status {status}: {out}{err}")

    def write_config(self):
        """JSON is YAML too."""
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump(self.settings, file, indent=1)

    # -- the process

    def spawn(self):
        """Starts the process and does not wait for anything."""
        self.child = Child("wakalad", [program("wakalad"), "--config", self.config], self.log, self.environment)
        return self.child

    def start(self, seconds=READY_SECONDS):
        self.spawn()
        self.wait_ready(seconds)

    def wait_ready(self, seconds=READY_SECONDS):
        self.child.wait_until(self.is_ready, seconds)

    def is_ready(self):
        try:
            loopback.call("GET", f"{self.admin_url}/readyz", timeout=2)
            return True
        except loopback.HttpError:
            return False

    def is_running(self):
        return self.child is not None and self.child.is_running()

    def kill(self):
        self.child.kill()

    def stop(self):
        """SIGTERM; the exit status."""
        return self.child.stop()

    def refused_start(self, seconds=20):
        """Starts a process that should refuse to serve: (exit status, what it said)."""
        done = subprocess.run(
            [program("wakalad"), "--config", self.config], capture_output=True, text=True, timeout=seconds
        )
        return done.returncode, done.stdout + done.stderr

    # -- its doors

    @property
    def admin_url(self):
        return f"http://127.0.0.1:{self.admin_port}"

    def admin(self, method, path, body=None):
        return loopback.call_json(method, f"{self.admin_url}/v1/{path}", body, token=OPERATOR)

    def add(self, shop, catalog=None):
        self.admin("POST", "tenants", shop.form())
        if catalog is not None:
            self.admin("PUT", f"tenants/{shop.id}/catalog", catalog)

    def change(self, shop):
        self.admin("PUT", f"tenants/{shop.id}", shop.form())

    def messages(self, tenant, contact):
        """The whole transcript; empty when there is no such conversation."""
        found, after = [], None
        while True:
            query = {"limit": 500, **({"after": after} if after else {})}
            path = f"tenants/{tenant}/conversations/{urllib.parse.quote(contact)}/messages"
            try:
                page = self.admin("GET", f"{path}?{urllib.parse.urlencode(query)}")
            except loopback.HttpError as refused:
                if refused.status == 404:
                    return found
                raise
            found += page["messages"]
            after = page["next"]
            if not after:
                return found

    def inbound_ids(self, tenant, contact):
        return [message["id"] for message in self.messages(tenant, contact) if message["direction"] == "in"]

    def metrics(self):
        """Samples by name and labels as they are printed, for example `wakala_journal_rows_total`."""
        text = loopback.call("GET", f"{self.admin_url}/metrics")
        return {
            name: float(value)
            for name, value in re.findall(r"^([a-z_]+(?:\{[^}]*\})?) ([-+.0-9e]+)$", text, re.MULTILINE)
        }

    def journal_rows(self):
        return int(self.metrics()["wakala_journal_rows_total"])

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()


class Sandbox:
    """wakala-sandbox in Meta's place. It outlives the daemons it talks to."""

    def __init__(self, directory, port=None):
        self.directory = directory
        self.port = port or loopback.free_ports(1)[0]
        self.url = f"http://127.0.0.1:{self.port}"
        self.child = None

    def start(self, shops, public_port, seed, *options):
        numbers = os.path.join(self.directory, "numbers.json")
        with open(numbers, "w", encoding="utf-8") as file:
            json.dump(
                [
                    {
                        "phone_number_id": shop.number_id,
                        "waba_id": shop.waba_id,
                        "display_phone_number": shop.display,
                        "verified_name": shop.id,
                        "access_token": shop.access_token,
                        "webhook_url": f"http://127.0.0.1:{public_port}{shop.path}",
                        "app_secret": shop.secret,
                    }
                    for shop in shops
                ],
                file,
            )
        self.child = Child(
            "wakala-sandbox",
            [
                program("wakala-sandbox"), "--listen", f"127.0.0.1:{self.port}", "--numbers-file", numbers,
                "--seed", str(seed), "--log", "warn", "--retry-base-ms", "50", "--retry-max-ms", "400",
                "--webhook-timeout-ms", "5000", *options,
            ],
            os.path.join(self.directory, "sandbox.log"),
        )  # fmt: skip

        def answers():
            try:
                loopback.call("GET", f"{self.url}/_sandbox/health", timeout=2)
                return True
            except loopback.HttpError:
                return False

        self.child.wait_until(answers, READY_SECONDS)

    def chaos(self, spec):
        loopback.call("POST", f"{self.url}/_sandbox/chaos", {"spec": spec})

    def record(self):
        return loopback.call_json("GET", f"{self.url}/_sandbox/messages", timeout=60)["messages"]

    def accepted(self):
        """How many messages it has taken."""
        return loopback.call_json("GET", f"{self.url}/_sandbox/state")["accepted"]

    def waiting(self):
        """Webhooks made or to be made that were not answered 200 yet."""
        return loopback.call_json("GET", f"{self.url}/_sandbox/state")["webhooks"]["waiting"]

    def stop(self):
        if self.child is not None:
            self.child.stop()


class Workplace:
    """A directory that is kept when the test fails, and the end of everything that was started."""

    def __init__(self, prefix):
        self.path = tempfile.mkdtemp(prefix=prefix)
        self._stops = []

    def node(self, name="node", **settings):
        directory = os.path.join(self.path, name)
        os.makedirs(directory, exist_ok=True)
        node = Node(directory, **settings)
        self._stops.append(lambda: node.child and node.child.is_running() and node.kill())
        return node

    def sandbox(self):
        sandbox = Sandbox(self.path)
        self._stops.append(sandbox.stop)
        return sandbox

    def postgres(self):
        """A running PostgreSQL server."""
        from postgres import Postgres  # it needs what this module has

        server = Postgres(self.path)
        self._stops.append(server.stop)
        server.start()
        return server

    def close(self, keep):
        while self._stops:
            self._stops.pop()()
        if keep:
            print(f"kept for inspection: {self.path}", file=sys.stderr, flush=True)
        else:
            shutil.rmtree(self.path, ignore_errors=True)


def wait_for(what, condition, seconds):
    """Waits until `condition()` gives something true and returns it."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


def let_pass(seconds):
    """Time in which something must not happen: the one thing that no condition can be waited for."""
    time.sleep(seconds)
