"""Processes that are started, watched and stopped by the one that runs this. Only these are ever signalled."""

import ctypes
import os
import signal
import subprocess
import time

_PR_SET_PDEATHSIG = 1


class ChildFailed(Exception):
    """A process did not start, died, or did not stop cleanly."""


def _die_with_parent():
    # Even a killed script leaves nothing running behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process with its output in a log file."""

    def __init__(self, name, command, log, environment=None):
        self.name = name
        self.log = log
        # Its own session: Ctrl-C reaches the script alone, which then stops its children in order.
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def is_running(self):
        return self._process.poll() is None

    def fail(self, what):
        """The error to raise, with the end of the log."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            tail = "".join(file.readlines()[-15:])
        return ChildFailed(f"{self.name} {what}; the end of {self.log}:\n{tail}")

    def wait_until(self, ready, seconds):
        """Waits for `ready()` to become true while the process lives."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.is_running():
                raise self.fail(f"ended with status {self._process.returncode}")
            if time.monotonic() > deadline:
                raise self.fail(f"was not ready within {seconds} s")
            time.sleep(0.05)

    @property
    def pid(self):
        return self._process.pid

    def kill(self):
        """Ends the process at once, as a power cut would, and collects it. Harmless when it has ended by itself."""
        self._process.kill()
        self._process.wait()

    def stop(self, seconds=20):
        """Asks the process to end and waits for it. Returns its exit status; a process that does not end is killed."""
        if self.is_running():
            self._process.terminate()
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise self.fail(f"did not stop within {seconds} s") from None
