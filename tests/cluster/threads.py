"""Threads of a process that stand still while its others go on: what a deadlock or an endless loop looks like from outside."""

import contextlib
import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long
SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
ALL_THREADS = 0x40000000  # __WALL


def _ptrace(what, thread):
    if _libc.ptrace(what, thread, None, None) != 0:
        failed = ctypes.get_errno()
        raise OSError(failed, os.strerror(failed))


def named(pid, beginning):
    """Ids of the process's threads whose name begins so."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/task/{thread}/comm", encoding="utf-8") as name:
            if name.read().startswith(beginning):
                found.append(int(thread))
    return found


@contextlib.contextmanager
def standing_still(pid, beginning):
    """Stops these threads. To be left by the thread that has entered it. PermissionError where tracing is not allowed."""
    threads = named(pid, beginning)
    if not threads:
        raise AssertionError(f"process {pid} has no thread called {beginning}…")
    held = []
    try:
        for thread in threads:
            _ptrace(SEIZE, thread)
            held.append(thread)
        for thread in threads:
            _ptrace(INTERRUPT, thread)
            os.waitpid(thread, ALL_THREADS)
        yield
    finally:
        for thread in held:
            with contextlib.suppress(OSError):  # whoever was killed meanwhile is gone
                _ptrace(DETACH, thread)
