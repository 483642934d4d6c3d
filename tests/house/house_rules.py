"""What the house allows: which folder may include which, and where the headers of other projects may appear.

The tables follow the design: adding an arrow here is a decision, to be written down in docs/decisions/.
"""

# The rooms of actors/, which are one target, from the bottom up: each may use those before it.
ROOMS_OF_ACTORS = [
    "actors/tracing",
    "actors/config",
    "actors/outbound",
    "actors/protocol",
    "actors/records",
    "actors/conversation",
    "actors/tenant",
    "actors/shards",
    "actors/inspect",
    "actors",
]
BELOW_ACTORS = ["runtime", "commerce", "payments", "whatsapp", "persistence", "runtime/core"]

# A folder is a target and a namespace. The longest matching prefix says where a file lives.
LIBRARIES = [
    "runtime/core",
    "runtime/config",
    "runtime",
    "whatsapp",
    "commerce",
    "payments",
    "persistence",
    *ROOMS_OF_ACTORS,
    "http/core",
    "http/payments",
    "http",
]
PROGRAMS = ["sandbox", "console", "bench", "wakalad", "tests"]
FOLDERS = LIBRARIES + PROGRAMS

MAY_INCLUDE = {
    "runtime/core": [],
    "runtime/config": ["runtime/core"],
    "whatsapp": ["runtime/core"],
    "commerce": ["whatsapp", "runtime/core"],
    "payments": ["runtime/core"],
    "persistence": ["runtime/core"],
    "runtime": ["persistence", "runtime/core"],
    **{room: ROOMS_OF_ACTORS[:place] + BELOW_ACTORS for place, room in enumerate(ROOMS_OF_ACTORS)},
    "http/core": ["runtime/core"],
    "http/payments": ["payments", "http/core", "runtime/core"],
    "http": [*ROOMS_OF_ACTORS, *BELOW_ACTORS, "http/payments", "http/core"],
    "sandbox": ["http/core", "whatsapp", "runtime/core"],
    "console": ["http/core", "whatsapp", "runtime/config", "runtime/core"],
    "bench": LIBRARIES,
    "wakalad": LIBRARIES,
    "tests": FOLDERS,
}

# Headers of other projects by the beginning of their name: the folders or files that may include them.
THIRD_PARTY = {
    "caf/": ["actors/", "runtime/", "http/bridge.cpp", "wakalad/", "bench/actors/", "tests/"],
    "boost/beast": ["http/", "sandbox/", "bench/", "console/", "tests/"],
    "boost/asio": ["http/", "sandbox/", "bench/", "console/", "wakalad/", "tests/"],
    "sqlite3": ["persistence/sqlite/", "tests/"],
    "SQLiteCpp/": ["persistence/sqlite/", "tests/"],
    "libpq": ["persistence/postgres/", "tests/"],
    "openssl/": ["persistence/crypto/", "runtime/tls_error_queue.cpp", "http/core/", "sandbox/", "bench/", "tests/"],
    "yaml-cpp/": ["runtime/config/", "tests/"],
    "curses": ["console/painter.cpp"],
    "CLI/": ["wakalad/", "sandbox/", "bench/", "console/", "tests/"],
    "gtest/": ["tests/"],
    "gmock/": ["tests/"],
}

# Folders inside an allowed one that are not meant by it.
THIRD_PARTY_EXCEPT = {"caf/": ["runtime/core/", "runtime/config/"]}

# Never part of a checkout that is read.
SKIPPED_DIRECTORIES = {".git", "build", "var", "node_modules", "__pycache__"}


def folder_of(path):
    """The folder of the table that a path from the top lives in, or None."""
    for folder in sorted(FOLDERS, key=len, reverse=True):
        if path.startswith(folder + "/"):
            return folder
    return None
