"""From a webhook to the queue: limiter, de-duplication and queueing, in two ways."""

import time

from . import settings

STREAM = "events"

# All or nothing for one body: over the limit, nothing of it is remembered, and Meta sends it again.
# KEYS: stream, then a limiter and a "seen" key for each event. ARGV: now, window, limit, seconds to remember, then each
# event. Returns how many were new; -1 over the limit.
ACCEPT = """
local now, window, limit, remember = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local count = (#KEYS - 1) / 2
for i = 1, count do
  local limiter = KEYS[2 * i]
  redis.call('ZREMRANGEBYSCORE', limiter, '-inf', now - window)
  if redis.call('ZCARD', limiter) >= limit then return -1 end
end
local fresh = 0
for i = 1, count do
  local limiter, seen = KEYS[2 * i], KEYS[2 * i + 1]
  if redis.call('SET', seen, 1, 'NX', 'EX', remember) then
    redis.call('ZADD', limiter, now, seen)
    redis.call('PEXPIRE', limiter, 2 * window)
    redis.call('XADD', KEYS[1], '*', 'event', ARGV[4 + i])
    fresh = fresh + 1
  end
end
return fresh
"""


def _now_ms():
    return time.time_ns() // 1_000_000


def _limiter_of(event):
    return f"limit:{event.number}"


def _seen_of(event):
    return f"seen:{event.key}"


class OverLimit(Exception):
    """A business number gets more than it may."""


class ScriptIntake:
    """Everything in one script: atomic, and the cheapest there is."""

    def __init__(self, redis, limit=settings.LIMIT_PER_WINDOW, now_ms=_now_ms):
        self._accept = redis.register_script(ACCEPT)
        self._limit = limit
        self._now_ms = now_ms

    async def accept(self, events):
        """Queues what was not seen before; returns how many. As durable as Redis is when this returns."""
        if not events:
            return 0
        keys = [STREAM]
        arguments = [self._now_ms(), settings.LIMIT_WINDOW_MS, self._limit, settings.SEEN_SECONDS]
        for event in events:
            keys += (_limiter_of(event), _seen_of(event))
            arguments.append(event.packed())
        fresh = await self._accept(keys=keys, args=arguments)
        if fresh < 0:
            raise OverLimit
        return fresh


class PipelineIntake:
    """What most would write: one pipeline that looks, one transaction that writes. A process that dies between the two
    loses the message, as its repeat will be taken for one."""

    def __init__(self, redis, limit=settings.LIMIT_PER_WINDOW, now_ms=_now_ms):
        self._redis = redis
        self._limit = limit
        self._now_ms = now_ms

    async def accept(self, events):
        """As `ScriptIntake.accept`."""
        if not events:
            return 0
        now = self._now_ms()
        limiters = list(dict.fromkeys(map(_limiter_of, events)))
        async with self._redis.pipeline(transaction=False) as look:
            for limiter in limiters:
                look.zremrangebyscore(limiter, "-inf", now - settings.LIMIT_WINDOW_MS)
                look.zcard(limiter)
            for event in events:
                look.set(_seen_of(event), 1, nx=True, ex=settings.SEEN_SECONDS)
            answers = await look.execute()
        counts = answers[1 : 2 * len(limiters) : 2]
        fresh = [event for event, is_new in zip(events, answers[2 * len(limiters) :]) if is_new]
        if not fresh:
            return 0
        try:
            if max(counts) >= self._limit:
                raise OverLimit
            async with self._redis.pipeline(transaction=True) as write:
                for event in fresh:
                    write.zadd(_limiter_of(event), {_seen_of(event): now})
                    write.pexpire(_limiter_of(event), 2 * settings.LIMIT_WINDOW_MS)
                    write.xadd(STREAM, {"event": event.packed()})
                await write.execute()
        except Exception:
            await self._redis.delete(*map(_seen_of, fresh))  # so that the repeat is let in
            raise
        return len(fresh)


INTAKES = {"pipelines": PipelineIntake, "script": ScriptIntake}


def make_intake(redis):
    return INTAKES[settings.INTAKE](redis)
