#!/usr/bin/python3
"""Usage: bench/peer/run.py --secret SECRET [options]

Starts the peer (Redis, FastAPI on uvicorn, the worker) on free loopback ports, prints `public: URL` once all of it is
ready, and stops what it started on SIGTERM or Ctrl-C. Touches no other Redis. Exit 3: packages are missing.
"""

import argparse
import importlib.util
import os
import shutil
import signal
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "scripts", "lib"))

import children  # noqa: E402
import loopback  # noqa: E402

MODULES = ("fastapi", "uvicorn", "redis", "hiredis", "uvloop", "httptools")
# redis-tools brings the server, too: one program under several names. The package redis-server adds a service to it,
# which nobody wants on a machine that measures.
SERVERS = ("redis-server", "redis-check-rdb")
READY_SECONDS = 30
MISSING_PACKAGES = 3


def missing_packages():
    missing = [f"python3-{name}" for name in MODULES if importlib.util.find_spec(name) is None]
    if find_redis() is None:
        missing.append("redis-tools")
    return missing


def find_redis():
    return next(filter(None, map(shutil.which, SERVERS)), None)


class Peer:
    """All its processes. `start` and then `stop`; after an exception `stop`, too."""

    def __init__(self, directory, secret, appendfsync, web_workers, limit, intake="script"):
        self.directory = directory
        self.processes = []
        self._redis_port, self._web_port = loopback.free_ports(2)
        self._appendfsync = appendfsync
        self._web_workers = web_workers
        self._environment = {
            "PEER_APP_SECRET": secret,
            "PEER_REDIS_URL": self.redis_url,
            "PEER_LIMIT_PER_WINDOW": str(limit),
            "PEER_INTAKE": intake,
            "PYTHONPATH": os.path.dirname(os.path.abspath(__file__)),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    @property
    def redis_url(self):
        return f"redis://{loopback.HOST}:{self._redis_port}/0"

    @property
    def url(self):
        return f"http://{loopback.HOST}:{self._web_port}"

    def start(self):
        self.start_redis()
        self._start_python("worker", ["-m", "shop.worker"], "worker started", 1)
        arguments = ["-m", "uvicorn", "shop.web:app", "--host", loopback.HOST, "--port", str(self._web_port)]
        arguments += ["--workers", str(self._web_workers), "--loop", "uvloop", "--http", "httptools"]
        # With its log at this level each process says when it is ready; requests are not logged.
        arguments += ["--no-access-log", "--log-level", "info"]
        self._start_python("uvicorn", arguments, "Application startup complete", self._web_workers)

    def check(self):
        """Raises ChildFailed when a process has ended."""
        for process in self.processes:
            if not process.is_running():
                raise process.fail("ended by itself")

    def stop(self):
        for process in reversed(self.processes):
            process.stop()
        self.processes.clear()

    def _start(self, name, command):
        log = os.path.join(self.directory, f"{name}.log")
        if os.path.exists(log):
            os.remove(log)  # what an earlier start said is not what this one says
        process = children.Child(name, command, log, self._environment)
        self.processes.append(process)
        return process

    def start_redis(self):
        # The program looks at the name it is called by.
        program = os.path.join(self.directory, "redis-server")
        if not os.path.lexists(program):
            os.symlink(find_redis(), program)
        process = self._start(
            "redis",
            [program, "--bind", loopback.HOST, "--port", str(self._redis_port), "--dir", self.directory]
            + ["--save", "", "--appendonly", "yes", "--appendfsync", self._appendfsync],
        )
        process.wait_until(lambda: self._said(process, "Ready to accept connections", 1), READY_SECONDS)

    def _start_python(self, name, arguments, ready, times):
        process = self._start(name, [sys.executable, *arguments])
        process.wait_until(lambda: self._said(process, ready, times), READY_SECONDS)

    @staticmethod
    def _said(process, text, times):
        with open(process.log, encoding="utf-8", errors="replace") as log:
            return log.read().count(text) >= times


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def arguments_of(argv):
    parser = argparse.ArgumentParser(description="The peer that wakala-bench compares Wakala with.")
    parser.add_argument("--secret", required=True, help="the app secret that webhooks are signed with")
    parser.add_argument("--appendfsync", choices=("always", "everysec"), default="always", help="of Redis")
    parser.add_argument("--directory", help="for Redis and logs; a fresh one that is removed at the end by default")
    parser.add_argument("--web-workers", type=positive, default=os.cpu_count(), help="uvicorn's processes (all cores)")
    parser.add_argument("--limit", type=positive, default=1_000_000, help="messages a second of one business number")
    parser.add_argument("--intake", choices=("pipelines", "script"), default="script", help="see the README")
    parser.add_argument("--check", action="store_true", help="only say whether all packages are there")
    return parser.parse_args(argv)


def main(argv):
    options = arguments_of(argv)
    missing = missing_packages()
    if missing:
        print(f"peer: missing packages: {' '.join(missing)} (scripts/deps bench installs them)", file=sys.stderr)
        return MISSING_PACKAGES
    if options.check:
        return 0
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _raise_stopped)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # ends a pause
    with tempfile.TemporaryDirectory(prefix="peer-") as own:
        peer = Peer(
            options.directory or own,
            options.secret,
            options.appendfsync,
            options.web_workers,
            options.limit,
            options.intake,
        )
        try:
            peer.start()
            print(f"public: {peer.url}", flush=True)
            while True:
                signal.pause()
                peer.check()
        except Stopped:
            return 0
        except children.ChildFailed as failed:
            print(f"peer: {failed}", file=sys.stderr)
            return 1
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            peer.stop()


class Stopped(Exception):
    """Somebody asked this program to end."""


def _raise_stopped(*_):
    raise Stopped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
