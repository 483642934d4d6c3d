"""What the processes are told, by environment variables."""

import os

APP_SECRET = os.environ.get("PEER_APP_SECRET", "").encode()
VERIFY_TOKEN = os.environ.get("PEER_VERIFY_TOKEN", "")
REDIS_URL = os.environ.get("PEER_REDIS_URL", "redis://127.0.0.1:6379/0")
# Messages that one business number may get within the window.
LIMIT_PER_WINDOW = int(os.environ.get("PEER_LIMIT_PER_WINDOW", "200"))
LIMIT_WINDOW_MS = 1_000
# How a webhook gets into the queue: `pipelines` or `script`, see intake.py.
INTAKE = os.environ.get("PEER_INTAKE", "script")

# Meta delivers again for seven days.
SEEN_SECONDS = 8 * 24 * 3600
SESSION_SECONDS = 24 * 3600
STATUS_SECONDS = 24 * 3600
