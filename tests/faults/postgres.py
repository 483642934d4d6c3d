"""A PostgreSQL server of a test's own: new, on a free loopback port, gone with the test."""

import node  # noqa: F401 (it says where the scripts' library is)
from postgres_server import Postgres as PostgresServer

# A gap in a shard's sequence, or a commit by a lower epoch after a higher one.
JOURNAL_FAULTS = """
SELECT shard, seq, epoch FROM (
  SELECT shard, seq, epoch, lag(seq, 1, 0::bigint) OVER w AS seq_before, lag(epoch, 1, 0::bigint) OVER w AS epoch_before
    FROM journal WINDOW w AS (PARTITION BY shard ORDER BY seq)) AS j
 WHERE seq <> seq_before + 1 OR epoch < epoch_before"""


class Postgres(PostgresServer):
    def check_journal(self):
        """No gap in a shard's sequence, no commit by a lower epoch after a higher one, tables not ahead of it."""
        odd = self.sql(JOURNAL_FAULTS)
        if odd:
            raise AssertionError(f"rows of the journal that should not be where they are (shard, seq, epoch): {odd[:5]}")
        ahead = self.sql(
            """SELECT f.shard FROM folded AS f WHERE f.seq >
                 coalesce((SELECT max(seq) FROM journal AS j WHERE j.shard = f.shard), 0)"""
        )
        if ahead:
            raise AssertionError(f"the tables of these shards are ahead of the journal: {ahead}")
        rows = self.sql("SELECT count(*), count(DISTINCT shard) FROM journal")[0]
        print(f"PostgreSQL: {rows[0]} journal rows of {rows[1]} shards, in order", flush=True)
