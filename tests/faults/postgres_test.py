"""wakalad on PostgreSQL: over TLS with a password from a file, alone on its database, and told apart from what only looks like it."""

import os
import subprocess
import sys

from load import catalog
from node import ChildFailed, Shop, Workplace, loopback, run_command, wait_for
from postgres import JOURNAL_FAULTS
from webhooks import body_of, change, message_id, post_once, text_message

SHOPPER = "254722000001"
PASSWORD = "the-database-password-81c2"


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


def certificates(directory, name):
    """An authority of its own and a server's certificate for localhost."""
    place = os.path.join(directory, name)
    os.makedirs(place)
    path = lambda file: os.path.join(place, file)  # noqa: E731
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
            f"/CN={name}", "-keyout", path("ca.key"), "-out", path("ca.pem"))  # fmt: skip
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
            "-keyout", path("server.key"), "-out", path("server.csr"))  # fmt: skip
    with open(path("names"), "w", encoding="ascii") as names:
        names.write("subjectAltName=DNS:localhost\n")
    openssl("x509", "-req", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial",
            "-days", "2", "-extfile", path("names"), "-out", path("server.pem"))  # fmt: skip
    return place


def secured(place, server):
    """Starts the server again with TLS, and a password for everybody."""
    own = certificates(place.path, "authority")
    server.sql(f"ALTER ROLE wakala PASSWORD '{PASSWORD}'")
    server.stop()
    for name in ("server.pem", "server.key"):
        with open(os.path.join(own, name), "rb") as file:
            server.put_file(name, file.read())
    server.put_file("pg_hba.conf", b"hostssl all all 127.0.0.1/32 scram-sha-256\n")
    server.start(ssl="on", ssl_cert_file="server.pem", ssl_key_file="server.key")
    return os.path.join(own, "ca.pem")


def password_file(place, server, password=PASSWORD):
    path = os.path.join(place.path, f"pgpass-{len(password)}")
    with open(path, "w", encoding="ascii", opener=lambda file, flags: os.open(file, flags, 0o600)) as file:
        file.write(f"localhost:{server.port}:*:wakala:{password}\n")
    return path


def expect_refusal(node, *words):
    status, said = node.refused_start()
    if status == 0 or not all(word in said for word in words) or PASSWORD in said:
        raise AssertionError(f"expected a refusal that says {words} and not the password; status {status}: {said}")


def post(node, shop, number):
    """The status that a webhook with the message of that number is answered with."""
    body = body_of([(shop.waba_id, change(shop.number_id, [text_message(SHOPPER, f"pg{number}", "hi")]))])
    return post_once(node.public_port, shop.path, body, shop.secret)


def one_message(node, shop, number):
    status = post(node, shop, number)
    if status != 200:
        raise AssertionError(f"message {number} was answered {status}")


def run(place):
    server = place.postgres()
    authority = secured(place, server)
    address = f"postgresql://wakala@localhost:{server.port}/postgres"
    good = f"{address}?sslmode=verify-full&sslrootcert={authority}&passfile={password_file(place, server)}"

    print("a server whose certificate is somebody else's is refused", flush=True)
    stranger = os.path.join(certificates(place.path, "stranger"), "ca.pem")
    expect_refusal(place.node("a", store_url=good.replace(authority, stranger)), "store.url", "certificate")
    print("so is a wrong password, without telling it", flush=True)
    wrong = password_file(place, server, PASSWORD + "x")
    expect_refusal(place.node("b", store_url=good.replace(password_file(place, server), wrong)), "store.url", "password")

    node = place.node("serving", store_url=good)
    shop = Shop("duka", 0)
    node.start()
    node.add(shop, catalog())
    one_message(node, shop, 1)
    print("a second daemon on the same database is refused, and the first goes on", flush=True)
    second = place.node("second", store_url=good)
    second.settings["keys"]["kek_file"] = node.kek
    second.write_config()
    expect_refusal(second, "another daemon serves this database")
    one_message(node, shop, 2)

    print("administrators cut its connections, and it makes others", flush=True)
    os.environ["PGPASSFILE"] = password_file(place, server)
    ours = f"{address}?sslmode=require"
    cut = server.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'wakalad%'",
                     url=ours)  # fmt: skip
    if int(cut[0][0]) < 3:
        raise AssertionError(f"the daemon had {cut} connections only")
    # What was being written then has an unknown outcome: 503 until the shard is open again.
    wait_for("the daemon takes webhooks again", lambda: post(node, shop, 3) == 200, 10)
    wanted = [message_id(SHOPPER, f"pg{number}") for number in (1, 2, 3)]
    if node.inbound_ids("duka", SHOPPER) != wanted:
        raise AssertionError("messages are missing, doubled or out of order")

    print("the whole store is read beside the daemon, and after it", flush=True)
    for command in ("verify", "rebuild"):
        status, out, err = run_command(command, good)
        if status != 0 or PASSWORD in out + err:
            raise AssertionError(f"wakalad {command}: {status}: {out}{err}")
    if node.stop() != 0:
        raise node.child.fail("did not end well")
    status, out, err = run_command("verify", "--json", good)
    if status != 0:
        raise AssertionError(f"wakalad verify --json: {status}: {out}{err}")
    for what, change, command in (
        ("a byte of the journal", "UPDATE journal SET row_bytes = set_byte(row_bytes, 20, get_byte(row_bytes, 20) # 1)"
         " WHERE (shard, seq) = (SELECT shard, seq FROM journal ORDER BY shard, seq LIMIT 1)", "verify"),
        ("a row of a table", "DELETE FROM transcript WHERE ctid = (SELECT min(ctid) FROM transcript)", "rebuild"),
    ):  # fmt: skip
        print(f"{what} that was tampered with is found", flush=True)
        server.sql(f"CREATE TABLE kept_journal AS TABLE journal; {change}", url=ours)
        status, out, err = run_command(command, good)
        if status != 1 or not err:
            raise AssertionError(f"wakalad {command} did not find it: {status}: {out}{err}")
        server.sql("TRUNCATE journal; INSERT INTO journal TABLE kept_journal; DROP TABLE kept_journal", url=ours)
    print("a write under an epoch that was over is found", flush=True)
    server.sql(
        "INSERT INTO journal SELECT shard, seq + 1, epoch - 1, row_bytes FROM journal"
        " WHERE (shard, seq) = (SELECT shard, max(seq) FROM journal GROUP BY shard ORDER BY shard LIMIT 1)",
        url=ours,
    )
    found = server.sql(JOURNAL_FAULTS, url=ours)
    if len(found) != 1:
        raise AssertionError(f"the check of the journal did not find a planted write: {found}")
    status, out, err = run_command("backup", os.path.join(place.path, "copy"), "--config", node.config)
    if status == 0 or "pg_dump" not in out + err:
        raise AssertionError(f"wakalad backup: {status}: {out}{err}")


def main():
    place = Workplace("wakala-postgres-")
    good = False
    try:
        run(place)
        good = True
    except (AssertionError, ChildFailed, loopback.HttpError) as failed:
        print(f"postgres test failed: {failed}", file=sys.stderr)
    finally:
        place.close(keep=not good)
    print("postgres test: good" if good else "postgres test: BAD", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
