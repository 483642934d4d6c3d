"""A WhatsApp shop as it is usually built: FastAPI takes webhooks, Redis remembers, a worker answers.

What wakala-bench compares Wakala with. It is meant to be good: one round trip to Redis a webhook, atomic, with uvloop,
httptools and hiredis, and it stores less than Wakala does (no transcript, no outbox, no encryption).
"""
