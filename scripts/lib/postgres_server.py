"""A PostgreSQL server of one's own, on a free loopback port."""

import contextlib
import glob
import os
import pwd
import signal
import subprocess
import time

import loopback
from children import Child

USER = "postgres"  # the server refuses to run as root; the package brings this user


def program(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else name


def as_somebody_else(command):
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *command] if os.geteuid() == 0 else command


class Postgres:
    """In `directory`, where what it holds stays. Only this server is ever signalled."""

    def __init__(self, directory):
        self.directory = os.path.join(directory, "postgres")
        self.data = os.path.join(self.directory, "data")
        self.port = loopback.free_ports(1)[0]
        self.url = f"postgresql://wakala@127.0.0.1:{self.port}/postgres"
        self.log = os.path.join(directory, "postgres.log")
        self.child = None
        if os.path.exists(self.data):
            return
        os.makedirs(self.directory)
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(self.directory, user.pw_uid, user.pw_gid)
            os.chmod(directory, 0o711)  # so that it finds its way there
        made = subprocess.run(
            as_somebody_else([program("initdb"), "-D", self.data, "-U", "wakala", "-A", "trust", "--no-instructions"]),
            capture_output=True, text=True, cwd="/", timeout=60,
        )  # fmt: skip
        if made.returncode != 0:
            raise AssertionError(f"initdb: {made.stderr}")

    def put_file(self, name, content):
        """A file beside the server's own, for its eyes only."""
        path = os.path.join(self.data, name)
        with open(path, "wb", opener=lambda file, flags: os.open(file, flags, 0o600)) as file:
            file.write(content)
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(path, user.pw_uid, user.pw_gid)

    def start(self, seconds=30, **more):
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "shared_buffers": "64MB",
            "logging_collector": "off",
            **more,
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.child = Child("postgres", as_somebody_else([program("postgres"), "-D", self.data, *words]), self.log)
        self.child.wait_until(self.answers, seconds)

    def answers(self):
        return subprocess.run([program("pg_isready"), "-q", "-d", self.url], check=False, timeout=10).returncode == 0

    def crash(self):
        """All its processes at once, without a word: it recovers from its log when it is started again."""
        pids = [int(pid) for pid in self._children()]
        self.child.kill()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # The next server does not start while one of them still holds on to the shared memory.
        deadline = time.monotonic() + 10
        while any(os.path.exists(f"/proc/{pid}") for pid in pids):
            if time.monotonic() > deadline:
                raise AssertionError("the server's processes do not go away")
            time.sleep(0.02)

    @contextlib.contextmanager
    def paused(self):
        """As a machine that is suspended: connections stay, nobody answers."""
        pids = [self.child.pid, *map(int, self._children())]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def _children(self):
        return subprocess.run(["pgrep", "-P", str(self.child.pid)], capture_output=True, text=True, check=False).stdout.split()

    def stop(self):
        if self.child is not None and self.child.is_running():
            os.kill(self.child.pid, signal.SIGINT)  # does not wait for those who are connected
            self.child.stop()

    def sql(self, text, url=None):
        """Rows of strings."""
        done = subprocess.run(
            [program("psql"), "-X", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-d", url or self.url, "-c", text],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        if done.returncode != 0:
            raise AssertionError(f"{text}: {done.stderr}")
        return [line.split("\t") for line in done.stdout.splitlines()]
