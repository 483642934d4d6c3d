"""The queue's worker: `python3 -m shop.worker`. Takes events in order, keeps sessions and carts, answers."""

import asyncio
import json
import signal

import redis.asyncio
import redis.exceptions

from . import settings
from .dialogue import step
from .intake import STREAM

GROUP = "workers"
CONSUMER = "worker-1"
BATCH = 256


def discard(answer):
    """Where a shop would call the Graph API. The benchmark measures everything up to here."""
    json.dumps(answer)


class Worker:
    def __init__(self, client, send=discard):
        self._redis = client
        self._send = send
        self._from = "0"  # what was taken and not finished before the last stop comes first

    async def prepare(self):
        try:
            await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except redis.exceptions.ResponseError as known:
            if "BUSYGROUP" not in str(known):
                raise

    async def run_once(self, block_ms=1_000):
        """Takes one batch; returns how many events it had."""
        answer = await self._redis.xreadgroup(GROUP, CONSUMER, {STREAM: self._from}, count=BATCH, block=block_ms)
        entries = answer[0][1] if answer else []
        if not entries:
            self._from = ">"
            return 0
        await self._handle(entries)
        return len(entries)

    async def _handle(self, entries):
        events = [json.loads(fields["event"]) for _, fields in entries if fields]
        sessions = {self._session_key(e): None for e in events if e["kind"] == "message"}
        if sessions:
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in sessions:
                    pipe.hgetall(key)
                sessions = dict(zip(sessions, await pipe.execute()))
        changed = {}
        answers = []
        statuses = {}
        for event in events:
            if event["kind"] == "status":
                statuses[f"status:{event['id']}"] = event["status"]
                continue
            key = self._session_key(event)
            fields, to_send = step(sessions[key], event)
            sessions[key].update(fields)
            changed.setdefault(key, {}).update(fields)
            answers.append(to_send)
        ids = [entry_id for entry_id, _ in entries]
        # One transaction: what a batch changes and that it is done.
        async with self._redis.pipeline(transaction=True) as pipe:
            for key, fields in changed.items():
                pipe.hset(key, mapping=fields)
                pipe.expire(key, settings.SESSION_SECONDS)
            for key, status in statuses.items():
                pipe.set(key, status, ex=settings.STATUS_SECONDS)
            pipe.xack(STREAM, GROUP, *ids)
            pipe.xdel(STREAM, *ids)
            await pipe.execute()
        for to_send in answers:
            self._send(to_send)

    @staticmethod
    def _session_key(event):
        return f"session:{event['number']}:{event['shopper']}"


async def main():
    client = redis.asyncio.from_url(settings.REDIS_URL, decode_responses=True)
    worker = Worker(client)
    await worker.prepare()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    print("worker started", flush=True)
    while not stopping.is_set():
        await worker.run_once()
    await client.close(close_connection_pool=True)


if __name__ == "__main__":
    import uvloop

    uvloop.install()
    asyncio.run(main())
