"""The demo shop: wakala-sandbox in Meta's place, wakalad, and one tenant with its catalog."""

import json
import os
import secrets
import subprocess
import time
import urllib.parse

import loopback
from children import Child, ChildFailed

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
START_SECONDS = 20

CONFIG = """\
# Written by scripts/run at every start. The secrets come from secrets.json through the environment.
node: {{name: demo}}
listen:
  public: {host}:{public}
  admin: {host}:{admin}
store: {{url: "sqlite:data/wakala.db"}}
keys: {{kek_file: kek}}
meta:
  app_secret: ${{DEMO_META_APP_SECRET}}
  verify_token: ${{DEMO_META_VERIFY_TOKEN}}
  graph_url: http://{host}:{phone}
payments:
  public_url: http://{host}:{public}
  stripe_url: http://{host}:{phone}/_sandbox/stripe
  daraja_url: http://{host}:{phone}/_sandbox/daraja
  daraja_addresses: any
admin:
  tokens:
    - token: ${{DEMO_ADMIN_TOKEN}}
      scopes: [operator]
"""

TENANT_SECRETS = ("app_secret", "verify_token", "access_token")
SECRETS = ("admin_token", "meta_app_secret", "meta_verify_token", *TENANT_SECRETS)
PAYMENT_SECRETS = ("stripe_key", "stripe_webhook_secret", "daraja_key", "daraja_secret", "daraja_passkey")


def read_json(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as file:
        return json.load(file)


def write_private(path, text):
    """Replaces the file in one step, readable by its owner alone."""
    fresh = path + ".new"
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(fresh, path)


class DemoShop:
    """Everything of one demo shop. Its directory keeps the shop between two runs."""

    def __init__(self, directory, bin_dir, phone_port, public_port, admin_port):
        self.directory = directory
        self.bin_dir = bin_dir
        self.phone_url = f"http://{loopback.HOST}:{phone_port}"
        self.public_url = f"http://{loopback.HOST}:{public_port}"
        self.admin_url = f"http://{loopback.HOST}:{admin_port}"
        self.children = []
        self.tenant = read_json(TOP, "deploy", "demo", "tenant.json")
        self.data_dir = os.path.join(directory, "data")
        self.log_dir = os.path.join(directory, "logs")
        for each in (directory, self.data_dir, self.log_dir):
            os.makedirs(each, mode=0o700, exist_ok=True)
        self.secrets = self._load_secrets()
        write_private(
            self.path("wakala.yaml"),
            CONFIG.format(host=loopback.HOST, public=public_port, admin=admin_port, phone=phone_port),
        )
        self._write_numbers()

    def path(self, name):
        return os.path.join(self.directory, name)

    def program(self, name):
        return os.path.join(self.bin_dir, name)

    def _load_secrets(self):
        path = self.path("secrets.json")
        known = read_json(path) if os.path.exists(path) else {}
        fresh = {name: secrets.token_hex(24) for name in (*SECRETS, *PAYMENT_SECRETS) if name not in known}
        if fresh:
            write_private(path, json.dumps({**known, **fresh}, indent=2) + "\n")
        return {**known, **fresh}

    def payment_accounts(self):
        """The tenant's accounts with the sandbox's payment providers."""
        return {
            "stripe": {
                "secret_key": "sk_test_" + self.secrets["stripe_key"],
                "webhook_secret": "whsec_" + self.secrets["stripe_webhook_secret"],
            },
            "mpesa": {
                "consumer_key": self.secrets["daraja_key"],
                "consumer_secret": self.secrets["daraja_secret"],
                "passkey": self.secrets["daraja_passkey"],
                "short_code": "174379",
            },
        }

    def _write_numbers(self):
        """Tells the sandbox the tenant's numbers, where their webhooks go and what signs them."""
        numbers = [
            {
                "phone_number_id": number["id"],
                "waba_id": self.tenant["waba_id"],
                "display_phone_number": number["display"],
                "verified_name": self.tenant["name"],
                "access_token": self.secrets["access_token"],
                "webhook_url": f"{self.public_url}/v1/webhooks/{self.tenant['id']}",
                "app_secret": self.secrets["app_secret"],
            }
            for number in self.tenant["phone_numbers"]
        ]
        write_private(self.path("numbers.json"), json.dumps(numbers, indent=2) + "\n")

    def _start(self, program, arguments, ready_url, environment=None, name=None):
        name = name or program
        child = Child(name, [self.program(program), *arguments], os.path.join(self.log_dir, f"{name}.log"), environment)
        self.children.append(child)

        def is_ready():
            try:
                loopback.call("GET", ready_url, timeout=2)
                return True
            except loopback.HttpError:
                return False

        child.wait_until(is_ready, START_SECONDS)

    def start(self):
        """Starts the programs and sets up the tenant. Call `stop` afterwards, also when this raises."""
        if not os.path.exists(self.path("kek")):
            made = subprocess.run([self.program("wakalad"), "keygen", self.path("kek")], capture_output=True, text=True)
            if made.returncode != 0:
                raise ChildFailed(f"wakalad keygen ended with status {made.returncode}: {made.stdout}{made.stderr}")
        accounts = self.payment_accounts()
        self._start(
            "wakala-sandbox",
            [
                "--listen", urllib.parse.urlsplit(self.phone_url).netloc,
                "--numbers-file", self.path("numbers.json"),
                "--stripe-webhook-url", f"{self.public_url}/v1/payments/stripe/{self.tenant['id']}",
            ],
            f"{self.phone_url}/_sandbox/messages",
            {
                "WAKALA_SANDBOX_STRIPE_KEY": accounts["stripe"]["secret_key"],
                "WAKALA_SANDBOX_STRIPE_WEBHOOK_SECRET": accounts["stripe"]["webhook_secret"],
                "WAKALA_SANDBOX_DARAJA_KEY": accounts["mpesa"]["consumer_key"],
                "WAKALA_SANDBOX_DARAJA_SECRET": accounts["mpesa"]["consumer_secret"],
                "WAKALA_SANDBOX_DARAJA_PASSKEY": accounts["mpesa"]["passkey"],
            },
        )
        self._start_wakalads()
        self._put_tenant()

    def _start_wakalads(self):
        self._start(
            "wakalad",
            ["--config", self.path("wakala.yaml")],
            f"{self.admin_url}/readyz",
            {
                "DEMO_META_APP_SECRET": self.secrets["meta_app_secret"],
                "DEMO_META_VERIFY_TOKEN": self.secrets["meta_verify_token"],
                "DEMO_ADMIN_TOKEN": self.secrets["admin_token"],
            },
        )

    def admin(self, method, path, body=None):
        return loopback.call_json(method, f"{self.admin_url}/v1/{path}", body, token=self.secrets["admin_token"])

    def _patiently(self, method, path, body=None):
        """Nodes that have just come may be giving each other shards: "later" is taken at its word for a while."""
        until = time.monotonic() + 15
        while True:
            try:
                return self.admin(method, path, body)
            except loopback.HttpError as refused:
                if refused.status != 503 or time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _put_tenant(self):
        """Creates the tenant, or brings it up to date; the catalog of a shop that has one is left alone."""
        name = self.tenant["id"]
        wanted = {
            **self.tenant,
            **{key: self.secrets[key] for key in TENANT_SECRETS},
            "payments": self.payment_accounts(),
        }
        try:
            self._patiently("POST", "tenants", wanted)
        except loopback.HttpError as refused:
            if refused.status != 409:
                raise
            self._patiently("PUT", f"tenants/{name}", wanted)
        try:
            shelf = self._patiently("GET", f"tenants/{name}/catalog") or {}
        except loopback.HttpError as refused:
            if refused.status != 404:
                raise
            shelf = {}
        if not shelf.get("products"):
            self._patiently("PUT", f"tenants/{name}/catalog", read_json(TOP, "deploy", "demo", "catalog.json"))

    def check_running(self):
        """Raises when one of the programs has ended by itself."""
        for child in self.children:
            if not child.is_running():
                raise child.fail("ended by itself")

    def stop(self):
        """Stops what was started, the daemon first. Returns the exit status of each by name."""
        statuses = {}
        failure = None
        while self.children:
            child = self.children.pop()
            try:
                statuses[child.name] = child.stop()
            except ChildFailed as failed:
                failure = failure or failed
        if failure:
            raise failure
        return statuses
