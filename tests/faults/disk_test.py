"""A store that cannot be written, and stores and keys that do not belong together.

The full disk is a small tmpfs. Where mounting is not permitted, a limit on the size of the files that the running daemon may
write (RLIMIT_FSIZE) takes its place; disk_faults.cpp refuses writes and syncs everywhere.
"""

import errno
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

from node import Shop, Workplace, bin_dir, loopback, run_command, wait_for
from webhooks import body_of, change, post_once, text_message

MEGABYTE = 1024 * 1024
TMPFS_SIZE = 24 * MEGABYTE  # the store's files take a few of them empty


class QuietShop(Shop):
    def form(self):
        return {**super().form(), "event_filters": ["errors"]}  # sends nothing, so that every row is an update


class SmallDisk:
    """A tmpfs of its own. `permitted` is False where this machine does not let us mount."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="wakala-disk-")
        options = f"size={TMPFS_SIZE},mode=700"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "wakala-test", self.path], capture_output=True, text=True
        )
        self.permitted = done.returncode == 0
        self._ballast = os.path.join(self.path, "ballast")

    def fill(self):
        """Takes all the space that is left."""
        with open(self._ballast, "ab", buffering=0) as file:
            for size in (MEGABYTE, 4096, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass

    def free(self):
        os.remove(self._ballast)

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.path], check=True, capture_output=True)

    def close(self):
        if self.permitted:
            subprocess.run(["umount", "--lazy", self.path], check=True, capture_output=True)
        os.rmdir(self.path)


class BrokenStoreTest(unittest.TestCase):
    def setUp(self):
        self.place = Workplace("wakala-broken-store-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.shop = QuietShop("duka", 0)
        self.phone = "254733700001"
        self.acknowledged = []
        self.said = 0

    def start(self, store=None):
        self.node = self.place.node(store=store)
        self.node.start()
        self.node.add(self.shop)

    def post(self, size=100):
        """One message; its status. What is answered 200 is remembered."""
        self.said += 1
        message = text_message(self.phone, f"m{self.said:05d}", f"ujumbe {self.said} " + "x" * size)
        return self.redeliver(message)

    def redeliver(self, message):
        body = body_of([(self.shop.waba_id, change(self.shop.number_id, [message]))])
        status = post_once(self.node.public_port, self.shop.path, body, self.shop.secret)
        if status == 200:
            self.acknowledged.append(message["id"])
        else:
            self.refused = message
        return status

    def post_until_refused(self, size):
        for _ in range(20_000):
            status = self.post(size)
            if status != 200:
                return status
        self.fail("the store never ran out of room")

    def readiness(self):
        try:
            return loopback.call("GET", f"{self.node.admin_url}/readyz")
        except loopback.HttpError as refused:
            return f"{refused}"

    def assert_refuses(self):
        """503 again and again, by a process that lives and says why."""
        for _ in range(3):
            self.assertEqual(self.redeliver(self.refused), 503)
        self.assertTrue(self.node.is_running())
        wait_for("/readyz says so", lambda: ": 503 " in self.readiness(), 5)  # its answer may be some moments old
        self.assertIn("commits cannot be written", self.readiness())
        self.assertIn("shard.reopening", self.node.said())
        self.assertEqual(loopback.call("GET", f"{self.node.admin_url}/healthz"), '{"status":"ok"}')

    def assert_resumes(self):
        wait_for("the redelivery is taken", lambda: self.redeliver(self.refused) == 200, 30)
        wait_for("it is ready again", self.node.is_ready, 15)
        self.assertEqual(self.post(), 200)
        self.assert_nothing_is_lost()

    def assert_nothing_is_lost(self):
        self.node_messages = self.node.messages(self.shop.id, self.phone)
        ids = [entry["id"] for entry in self.node_messages]
        self.assertEqual([id for id in self.acknowledged if id not in set(ids)], [])
        self.assertEqual(len(ids), len(set(ids)))

    def assert_is_whole(self):
        """Also after a crash at this very moment, and for those who look at the files."""
        self.node.kill()
        self.node.start()
        self.assert_nothing_is_lost()
        self.assertEqual(self.post(), 200)
        self.assertEqual(self.node.stop(), 0)
        for command in ("verify", "rebuild"):
            status, out, err = run_command(command, self.node.store)
            self.assertEqual(status, 0, out + err)

    def small_disk(self):
        disk = SmallDisk()
        self.addCleanup(disk.close)
        if not disk.permitted:
            print("no right to mount a tmpfs here: refusing the daemon's writes by other means", file=sys.stderr, flush=True)
        return disk

    def test_a_full_disk(self):
        disk = self.small_disk()
        if not disk.permitted:
            return self.check_file_size_limit()
        self.start(store=os.path.join(disk.path, "wakala.db"))
        self.assertEqual(self.post(), 200)
        disk.fill()
        self.assertEqual(self.post_until_refused(size=4000), 503)
        self.assert_refuses()
        disk.free()
        self.assert_resumes()
        self.assert_is_whole()

    def test_a_full_disk_and_a_crash(self):
        """Nothing acknowledged is lost when it also dies while the disk is full."""
        disk = self.small_disk()
        if not disk.permitted:
            return self.check_file_size_limit()
        self.start(store=os.path.join(disk.path, "wakala.db"))
        disk.fill()
        self.assertEqual(self.post_until_refused(size=4000), 503)
        self.node.kill()
        disk.free()
        self.node.start()
        self.assert_resumes()
        self.assert_is_whole()

    def check_file_size_limit(self):
        self.start()
        self.assertEqual(self.post(), 200)
        largest = max(os.path.getsize(os.path.join(parent, name))
                      for parent, _, names in os.walk(os.path.dirname(self.node.store)) for name in names)  # fmt: skip
        before = resource.prlimit(self.node.child.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.node.child.pid, resource.RLIMIT_FSIZE, (largest + MEGABYTE // 4, before[1]))
        self.assertEqual(self.post_until_refused(size=4000), 503)
        self.assert_refuses()
        resource.prlimit(self.node.child.pid, resource.RLIMIT_FSIZE, before)
        self.assert_resumes()
        self.assert_is_whole()

    def test_the_file_size_limit_too(self):
        """The other way in which a write is refused in the middle, on every machine."""
        self.check_file_size_limit()

    # -- a disk that refuses while the daemon runs, see disk_faults.cpp

    def start_with_faults(self):
        library = os.path.join(bin_dir(), "libwakala_disk_faults.so")
        self.assertTrue(os.path.exists(library), library)
        self.fault = os.path.join(self.place.path, "fault")
        self.node = self.place.node()
        self.node.environment = {
            "LD_PRELOAD": library,
            "ASAN_OPTIONS": "verify_asan_link_order=0",
            "WAKALA_DISK_FAULT_FILE": self.fault,
            "WAKALA_DISK_FAULT_DIR": os.path.dirname(self.node.store),
        }
        self.node.start()
        self.node.add(self.shop)
        self.assertEqual(self.post(), 200)

    def refuse(self, kind, error):
        with open(self.fault + ".new", "w", encoding="ascii") as file:
            file.write(f"{kind} {error}")
        os.rename(self.fault + ".new", self.fault)

    def check_refusals(self, kind, error):
        self.start_with_faults()
        rows = self.node.journal_rows()
        self.refuse(kind, error)
        self.assertEqual(self.post(), 503)
        self.assert_refuses()
        self.assertEqual(self.node.journal_rows(), rows)
        os.remove(self.fault)
        self.assert_resumes()
        self.assert_is_whole()

    def test_a_store_that_becomes_read_only(self):
        self.check_refusals("write", errno.EROFS)

    def test_a_disk_that_fails_to_write(self):
        self.check_refusals("write", errno.EIO)

    def test_a_quota_that_is_used_up(self):
        self.check_refusals("write", errno.EDQUOT)

    def test_a_disk_that_fails_to_sync(self):
        """What may not have reached the disk is not acknowledged, though the write itself went well."""
        self.check_refusals("sync", errno.EIO)

    def test_a_disk_that_refuses_now_and_then(self):
        self.start_with_faults()
        for number in range(30):
            self.refuse(*(("write", errno.ENOSPC), ("sync", errno.EIO), ("write", errno.EROFS))[number % 3])
            self.assertEqual(self.post(), 503)
            os.remove(self.fault)
            wait_for("the redelivery is taken", lambda: self.redeliver(self.refused) == 200, 30)
        self.assert_resumes()
        self.assert_is_whole()
        wanted = [f"ujumbe {number + 1} " + "x" * 100 for number in range(self.said - 1)]  # the last came after the look
        self.assertEqual([entry["text"] for entry in self.node_messages], wanted)


class StartTest(unittest.TestCase):
    """What does not belong together is said in words, by a process that ends with status 1."""

    def setUp(self):
        self.place = Workplace("wakala-start-")
        self.addCleanup(lambda: self.place.close(keep=not self._outcome.success))
        self.node = self.place.node()

    def make_store(self):
        self.node.start()
        self.node.add(QuietShop("duka", 0))
        self.assertEqual(self.node.stop(), 0)

    def files(self):
        """Everything in the store's directory but the lock and what SQLite makes up again."""
        directory = os.path.dirname(self.node.store)
        found = {}
        for name in sorted(os.listdir(directory)):
            if not name.endswith((".lock", "-shm", "-wal", ".media")):  # the last is a directory
                with open(os.path.join(directory, name), "rb") as file:
                    found[name] = file.read()
        return found

    def assert_refused(self, *names):
        before = self.files()
        status, said = self.node.refused_start()
        self.assertEqual(status, 1, said)
        for name in names:
            self.assertIn(name, said)
        self.assertNotIn("terminate called", said)
        self.assertEqual(self.files(), before, "a refused start changed the store")

    def assert_starts(self):
        self.node.start()
        self.assertEqual([tenant["id"] for tenant in self.node.admin("GET", "tenants")["tenants"]], ["duka"])
        self.assertEqual(self.node.stop(), 0)

    def test_another_key(self):
        self.make_store()
        os.rename(self.node.kek, self.node.kek + ".right")
        self.assertEqual(run_command("keygen", self.node.kek)[0], 0)
        self.assert_refused("keys.kek_file", "key")
        os.rename(self.node.kek + ".right", self.node.kek)
        self.assert_starts()

    def test_no_key_file(self):
        self.make_store()
        os.rename(self.node.kek, self.node.kek + ".away")
        self.assert_refused("keys.kek_file", self.node.kek)
        os.rename(self.node.kek + ".away", self.node.kek)
        self.assert_starts()

    def test_no_key_configured(self):
        self.make_store()
        self.node.settings["keys"] = {}
        del self.node.settings["keys"]
        self.node.write_config()
        self.assert_refused("keys.kek_file", "keygen")

    def test_a_broken_key_file(self):
        self.make_store()
        with open(self.node.kek, "r+", encoding="ascii") as file:
            file.truncate(10)
        self.assert_refused("keys.kek_file", self.node.kek)

    def test_another_shard_count(self):
        self.make_store()
        self.node.settings["cluster"] = {"shard_count": 16}
        self.node.write_config()
        self.assert_refused("store.url", "32 shards, not 16")
        del self.node.settings["cluster"]
        self.node.write_config()
        self.assert_starts()

    def test_a_second_daemon_on_the_same_store(self):
        self.node.start()
        self.node.add(QuietShop("duka", 0))
        second = self.place.node("second", store=self.node.store)
        second.settings["keys"]["kek_file"] = self.node.kek
        second.write_config()
        status, said = second.refused_start()
        self.assertEqual(status, 1, said)
        self.assertIn(self.node.store, said)
        self.assertIn("another process", said)
        self.assertTrue(self.node.is_ready())
        with self.subTest("also after the first was killed, its lock goes with it"):
            self.node.kill()
            second.start()
            self.assertEqual(second.stop(), 0)

    def test_a_lost_part_of_the_store(self):
        self.make_store()
        for part in (".commits", ".keys", ""):
            with self.subTest(part=part or "tables"):
                path = self.node.store + part
                os.rename(path, path + ".away")
                status, said = self.node.refused_start()
                self.assertEqual(status, 1, said)
                self.assertIn(os.path.basename(path), said)
                if os.path.exists(path):
                    os.remove(path)
                os.rename(path + ".away", path)
        self.assert_starts()

    def test_not_a_store_at_all(self):
        os.makedirs(os.path.dirname(self.node.store), exist_ok=True)
        with open(self.node.store, "w", encoding="ascii") as file:
            file.write("these are not the bytes you are looking for\n" * 200)
        self.assert_refused("store.url", self.node.store)

    def test_a_directory_that_cannot_be_written(self):
        self.make_store()
        disk = SmallDisk()
        self.addCleanup(disk.close)
        directory = os.path.dirname(self.node.store)
        if disk.permitted:
            shutil.copytree(directory, disk.path, dirs_exist_ok=True)
            self.node.settings["store"]["url"] = f"sqlite:{disk.path}/wakala.db"
            self.node.write_config()
            disk.remount("ro")
        elif os.geteuid() != 0:
            os.chmod(directory, 0o500)
            self.addCleanup(os.chmod, directory, 0o700)
        else:  # root without the right to mount: a store on a path that no right can write
            self.node.settings["store"]["url"] = "sqlite:/proc/wakala/wakala.db"
            self.node.write_config()
        self.assert_refused("store.url")

    def test_a_taken_port(self):
        self.node.start()
        second = self.place.node("second")
        second.settings["listen"]["public"] = self.node.settings["listen"]["public"]
        second.write_config()
        status, said = second.refused_start()
        self.assertEqual(status, 1, said)
        self.assertIn("listen.public", said)
        self.assertIn(str(self.node.public_port), said)


if __name__ == "__main__":
    unittest.main()
