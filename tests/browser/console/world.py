"""Three wakalads on PostgreSQL with two shops, for the console's browser tests: says where they are, in one line of JSON, and
ends when its input does."""

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "cluster"))

from cluster import OPERATOR, Cluster, Workplace  # noqa: E402
from load import catalog  # noqa: E402
from node import Shop  # noqa: E402

PERSONAL = "personal-token-51c0e7"
TENANT = "duka-token-7d20aa"


def start(place):
    sandbox = place.sandbox()
    cluster = Cluster(place, place.postgres(), graph_url=sandbox.url)
    shops = [Shop("duka", 0, spread=16), Shop("soko", 1)]
    for member in cluster.members:
        member.node.settings["admin"] = {
            "tokens": [
                {"token": OPERATOR, "name": "ops", "scopes": ["operator"]},
                {"token": PERSONAL, "name": "care", "scopes": ["operator", "personal"]},
                {"token": TENANT, "name": "duka-shop", "scopes": ["tenant:duka"]},
            ]
        }
        member.node.write_config()
    sandbox.start(shops, cluster["a"].node.public_port, 3)
    cluster.start()
    for shop in shops:
        cluster["a"].node.add(shop, catalog())
    return cluster, shops


def main():
    place = Workplace("wakala-console-")
    failed = True
    try:
        cluster, shops = start(place)
        print(
            json.dumps(
                {
                    "admin": {member.name: member.node.admin_url for member in cluster.members},
                    "public": {member.name: f"http://127.0.0.1:{member.node.public_port}" for member in cluster.members},
                    "tokens": {"operator": OPERATOR, "personal": PERSONAL, "tenant": TENANT},
                    "shops": {
                        shop.id: {"path": shop.path, "secret": shop.secret, "waba": shop.waba_id, "number": shop.number_id, "display": shop.display}
                        for shop in shops
                    },
                }
            ),
            flush=True,
        )
        sys.stdin.read()
        failed = False
        cluster.close()
    finally:
        place.close(keep=failed)


if __name__ == "__main__":
    main()
