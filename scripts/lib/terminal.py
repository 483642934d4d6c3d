"""A terminal without a person: a tmux server of one's own, with one window, whose keys are pressed and whose screen is read."""

import os
import re
import subprocess
import tempfile
import time

from children import Child, ChildFailed


class Terminal:
    """One program in one window. The server is a child: it ends with whoever started it."""

    def __init__(self, directory, columns=80, rows=24):
        self._socket = os.path.join(tempfile.mkdtemp(prefix="tmux-", dir=directory), "sock")
        self._size = (columns, rows)
        # In the foreground (-D), so that it can be watched and ended like any other process.
        self._server = Child(
            "tmux", ["tmux", "-u", "-S", self._socket, "-f", "/dev/null", "-D"], os.path.join(directory, "tmux.log")
        )
        self._server.wait_until(lambda: os.path.exists(self._socket), 10)

    def _tmux(self, *arguments):
        done = subprocess.run(["tmux", "-u", "-S", self._socket, *arguments], capture_output=True, text=True, timeout=20)
        if done.returncode != 0:
            raise ChildFailed(f"tmux {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def run(self, command, environment=None):
        """Starts `command`, a text for the shell, in the window. When it has ended, the screen says so: `ended with 0`."""
        columns, rows = self._size
        variables = {"LC_ALL": "C.UTF-8", **(environment or {})}
        options = [part for name, value in variables.items() for part in ("-e", f"{name}={value}")]
        self._tmux(
            "new-session", "-d", "-s", "window", "-x", str(columns), "-y", str(rows), *options,
            f"{command}; echo ended with $?; exec sleep 1000",
        )  # fmt: skip

    def press(self, *keys):
        """Keys by tmux's names: `Enter`, `Escape`, `F9`, `Down`, `q`."""
        self._tmux("send-keys", "-t", "window", *keys)

    def type(self, text):
        self._tmux("send-keys", "-t", "window", "-l", text)

    def resize(self, columns, rows):
        self._tmux("resize-window", "-t", "window", "-x", str(columns), "-y", str(rows))

    def screen(self, with_looks=False):
        """The rows as text, without trailing spaces; with the escape sequences of their colours when `with_looks`."""
        return self._tmux("capture-pane", "-p", *(["-e", "-N"] if with_looks else []), "-t", "window").split("\n")[:-1]

    def wait(self, what, seconds=20):
        """Waits until the screen matches `what` (a regular expression, or a function of its rows) and returns its rows."""
        deadline = time.monotonic() + seconds
        while True:
            rows = self.screen()
            if what(rows) if callable(what) else re.search(what, "\n".join(rows)):
                return rows
            if time.monotonic() > deadline:
                shown = "\n".join(f"  |{row}" for row in rows)
                raise AssertionError(f"not on the screen within {seconds} s: {what}\n{shown}")
            time.sleep(0.05)

    def close(self):
        if self._server.is_running():
            self._server.stop()
