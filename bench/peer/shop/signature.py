"""The check of a webhook's signature."""

import hashlib
import hmac

_PREFIX = "sha256="


def sign(secret, body):
    """The value of X-Hub-Signature-256 for a body."""
    return _PREFIX + hmac.digest(secret, body, hashlib.sha256).hex()


def is_good(secret, body, given):
    """Compared in constant time. No secret means that nothing is good."""
    return bool(secret) and given is not None and hmac.compare_digest(given, sign(secret, body))
