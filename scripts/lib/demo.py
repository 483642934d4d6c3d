#!/usr/bin/env python3
"""Runs the demo shop until Ctrl-C, or plays the smoke test. Called by scripts/run once everything is built."""

import argparse
import os
import signal
import sys
import tempfile
import threading

import loopback
import smoke
from children import ChildFailed
from demo_shop import TOP, DemoShop, read_json

PHONE_PORT, PUBLIC_PORT, ADMIN_PORT = 8088, 8080, 9090
SMOKE_SECONDS = 50


class Stopped(Exception):
    """Somebody asked the script to end."""


def choose_ports(wanted):
    """Phone, public and admin port. A wanted phone port must be free; the others give way when they are taken."""
    spare = iter(loopback.free_ports(3))
    if wanted == 0:
        return [next(spare) for _ in range(3)]
    if not loopback.is_free(wanted):
        raise ChildFailed(f"port {wanted} is taken: choose another with --port N (0: any free one)")
    others = [port if port != wanted and loopback.is_free(port) else next(spare) for port in (PUBLIC_PORT, ADMIN_PORT)]
    return [wanted, *others]


def lock(directory):
    """Holds the demo's directory for this process; two shops in one would fight over the store."""
    import fcntl

    os.makedirs(directory, mode=0o700, exist_ok=True)
    handle = open(os.path.join(directory, "lock"), "w", encoding="utf-8")  # kept open: closing it lets go
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise ChildFailed(f"a demo shop is running in {directory} already") from None
    return handle


def run_demo(bin_dir, port):
    directory = os.path.join(TOP, "var", "demo")
    held = lock(directory)
    shop = DemoShop(directory, bin_dir, *choose_ports(port))
    try:
        shop.start()
        print(
            f"""
{shop.tenant['name']} is open.

  phone:    {shop.phone_url}/
  webhooks: {shop.public_url}/v1/webhooks/{shop.tenant['id']}
  admin:    {shop.admin_url}/ (the bearer token is admin_token in var/demo/secrets.json)
  console:  {shop.admin_url}/console/ (the same token)
  payments: {shop.phone_url}/_sandbox/daraja/phone (M-Pesa prompts); pages to pay by card are linked in the chat
  logs:     var/demo/logs/

Say "hi" on the phone page. Ctrl-C stops everything; the shop is kept in var/demo (delete it to start afresh).
""",
            flush=True,
        )
        # A timed wait lets signals through at once.
        never = threading.Event()
        while not never.wait(1):
            shop.check_running()
    except Stopped:
        print("\nstopping", flush=True)
    finally:
        shop.stop()
        held.close()
    return 0


def run_smoke(bin_dir):
    catalog = read_json(TOP, "deploy", "demo", "catalog.json")
    with tempfile.TemporaryDirectory(prefix="wakala-smoke-") as directory:
        shop = DemoShop(directory, bin_dir, *choose_ports(0))
        try:
            shop.start()
            smoke.run(shop, catalog, show=lambda line: print(line, flush=True))
        finally:
            shop.stop()
    print("smoke: good")
    return 0


def main(name, description, port, run_demo, run_smoke):
    """Reads the command line and runs the one or the other; the exit status. `name` begins what goes wrong."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin-dir", required=True)
    parser.add_argument("--port", type=int, default=port)
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()

    def stop(number, _frame):
        if number == signal.SIGALRM:
            raise ChildFailed(f"not done within {SMOKE_SECONDS} s")
        # A second signal must not interrupt the stopping.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, stop)
    try:
        if not options.smoke:
            return run_demo(options.bin_dir, options.port)
        signal.alarm(SMOKE_SECONDS)
        return run_smoke(options.bin_dir)
    except Stopped:
        return 130
    except (AssertionError, ChildFailed, smoke.SmokeFailed, loopback.HttpError, OSError, KeyError) as failed:
        what = f"{failed}" if not isinstance(failed, KeyError) else f"an answer lacks {failed}"
        print(f"{name}: {what}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main("run", __doc__, PHONE_PORT, run_demo, run_smoke))
