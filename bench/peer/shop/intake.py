"""From a webhook to the queue: limiter, de-duplication and queueing in one atomic round trip."""

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


class OverLimit(Exception):
    """A business number gets more than it may."""


class Intake:
    def __init__(self, redis, limit=settings.LIMIT_PER_WINDOW, now_ms=lambda: time.time_ns() // 1_000_000):
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
            keys += (f"limit:{event.number}", f"seen:{event.key}")
            arguments.append(event.packed())
        fresh = await self._accept(keys=keys, args=arguments)
        if fresh < 0:
            raise OverLimit
        return fresh
