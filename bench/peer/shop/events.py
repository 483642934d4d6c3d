"""The updates in a webhook's body."""

import json


class Event:
    """One message or status."""

    __slots__ = ("number", "key", "fields")

    def __init__(self, number, key, fields):
        self.number = number  # the business number's id: whose limit it counts against
        self.key = key  # what makes a repeat recognisable
        self.fields = fields  # what the worker gets

    def packed(self):
        return json.dumps(self.fields, separators=(",", ":"), ensure_ascii=False)


def _text_of(message):
    if "text" in message:
        return message["text"]["body"]
    if "interactive" in message:
        interactive = message["interactive"]
        return interactive[interactive["type"]].get("id", "")
    if "button" in message:
        return message["button"].get("payload", "")
    return ""


def events_in(payload):
    """All events of a parsed body. Raises KeyError, TypeError or AttributeError when it is no webhook."""
    events = []
    for entry in payload["entry"]:
        for change in entry["changes"]:
            value = change["value"]
            number = value.get("metadata", {}).get("phone_number_id", "")
            for message in value.get("messages", ()):
                shopper = message.get("from") or message.get("user_id", "")
                fields = {
                    "kind": "message",
                    "number": number,
                    "shopper": shopper,
                    "id": message["id"],
                    "at": message.get("timestamp", ""),
                    "text": _text_of(message),
                }
                events.append(Event(number, message["id"], fields))
            for status in value.get("statuses", ()):
                fields = {"kind": "status", "number": number, "id": status["id"], "status": status["status"]}
                key = f"{status['id']}:{status['status']}:{status.get('recipient_id', '')}"
                events.append(Event(number, key, fields))
    return events
