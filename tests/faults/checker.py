"""Proves from what was observed outside that the invariants I1 to I4 of the design held.

Pure functions over three observations: what the load generator sent and got a 200 for, the transcripts that the admin API
shows at the end, and what the sandbox was sent in Meta's place.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

# How far a message has come; `failed` and `expired` are ends beside the way.
RANKS = {"accepted": 1, "sent": 2, "delivered": 3, "read": 4, "played": 5}
UNSETTLED = ("queued", "attempting", "ambiguous")
PROBLEMS_SHOWN = 25


@dataclass(frozen=True)
class Update:
    """One message of a POST: its conversation (any hashable), its id, its text."""

    conversation: object
    id: str
    text: str


@dataclass
class Post:
    """One POST in the order of its array. Times are of one monotonic clock; `acked` is None without a 200."""

    updates: list
    first_sent: float
    acked: float | None = None


@dataclass
class Report:
    """What was looked at, and what was wrong with it."""

    problems: list = field(default_factory=list)
    acknowledged: int = 0
    inbound: int = 0
    outbound: int = 0
    accepted: int = 0
    repeated_sends: int = 0
    ambiguous_listed: int = 0
    failed: int = 0

    def figures(self):
        return (
            f"{self.acknowledged} acknowledged, {self.inbound} inbound and {self.outbound} outbound in transcripts, "
            f"{self.accepted} accepted by Meta, {self.repeated_sends} of them repeated sends, "
            f"{self.ambiguous_listed} listed as ambiguous, {self.failed} failed"
        )

    def text(self):
        shown = self.problems[:PROBLEMS_SHOWN]
        more = len(self.problems) - len(shown)
        return "\n".join(shown + ([f"… and {more} more problems"] if more else []))


def inbound_of(transcript):
    return [entry for entry in transcript if entry["direction"] == "in"]


def outbound_of(transcript):
    return [entry for entry in transcript if entry["direction"] == "out"]


def check_no_loss(posts, transcripts):
    """I1: whatever was answered 200 stands in its conversation's transcript, with its text."""
    problems = []
    texts = {
        conversation: {entry["id"]: entry["text"] for entry in inbound_of(transcript)}
        for conversation, transcript in transcripts.items()
    }
    for post in posts:
        if post.acked is None:
            continue
        for update in post.updates:
            known = texts.get(update.conversation, {})
            if update.id not in known:
                problems.append(f"lost: {update.id} of {update.conversation} was acknowledged and is in no transcript")
            elif known[update.id] != update.text:
                problems.append(f"changed: {update.id} of {update.conversation} holds {known[update.id]!r}")
    return problems


def check_once(posts, transcripts):
    """I2: no message stands twice, in one conversation or in two, and none that nobody sent."""
    problems = []
    sent = {update.id: update.conversation for post in posts for update in post.updates}
    seen = Counter()
    for conversation, transcript in transcripts.items():
        for entry in inbound_of(transcript):
            seen[entry["id"]] += 1
            if entry["id"] not in sent:
                problems.append(f"invented: {entry['id']} in {conversation} was never sent")
            elif sent[entry["id"]] != conversation:
                problems.append(f"misplaced: {entry['id']} of {sent[entry['id']]} stands in {conversation}")
    problems += [f"duplicate: {id} stands {count} times" for id, count in seen.items() if count > 1]
    return problems


def check_order(posts, transcripts):
    """I3: a's 200 before b was first sent puts a before b; inside one POST the order of the array holds."""
    problems = []
    places = {
        conversation: {entry["id"]: place for place, entry in enumerate(inbound_of(transcript))}
        for conversation, transcript in transcripts.items()
    }
    parts = defaultdict(list)
    for post in posts:
        mine = defaultdict(list)
        for update in post.updates:
            place = places.get(update.conversation, {}).get(update.id)
            if place is not None:
                mine[update.conversation].append((place, update.id))
        for conversation, found in mine.items():
            for (before, first), (after, second) in zip(found, found[1:]):
                if before > after:
                    problems.append(f"swap in one POST: {second} stands before {first} in {conversation}")
            parts[conversation].append((post, min(found), max(found)))
    for conversation, list_of_parts in parts.items():
        settled = sorted((part for part in list_of_parts if part[0].acked is not None), key=lambda part: part[0].acked)
        latest, taken = (-1, None), 0
        for post, first, _ in sorted(list_of_parts, key=lambda part: part[0].first_sent):
            while taken < len(settled) and settled[taken][0].acked < post.first_sent:
                latest = max(latest, settled[taken][2])
                taken += 1
            if latest[0] > first[0]:
                problems.append(
                    f"swap: {first[1]} was first sent after the 200 of {latest[1]} and stands before it in {conversation}"
                )
    return problems


def check_sends(transcripts, record, may_fail=False, statuses_get_lost=False):
    """I4: nothing goes out but what a transcript holds, once unless listed as ambiguous, all of it, and in order."""
    problems = []
    by_id = {}
    for conversation, transcript in transcripts.items():
        for place, entry in enumerate(outbound_of(transcript)):
            by_id[entry["callback_data"]] = (conversation, place, entry)
    sends = defaultdict(list)
    for sent in record:
        sends[sent["biz_opaque_callback_data"]].append(sent)
    first_sends = defaultdict(list)
    for id, mine in sends.items():
        if id not in by_id:
            problems.append(f"sent without a commit: {id or 'a message without callback data'} is in no transcript")
            continue
        conversation, place, entry = by_id[id]
        if len(mine) > 1 and entry["ambiguous"] < 1:
            problems.append(f"double send: {id} of {conversation} went out {len(mine)} times, not listed as ambiguous")
        if len(mine) > 1 + entry["ambiguous"]:
            problems.append(f"double send: {id} went out {len(mine)} times, listed {entry['ambiguous']} times")
        for sent in mine:
            if sent["text"] != entry["text"]:
                problems.append(f"changed: {id} went out as {sent['text']!r} and stands as {entry['text']!r}")
        first_sends[conversation].append((mine[0]["seq"], place, id))
        reached = max((RANKS.get(status, 0) for sent in mine for status in sent["statuses"]), default=0)
        if RANKS.get(entry["status"], 0) < reached and not statuses_get_lost:
            problems.append(f"lost status: {id} stands as {entry['status']}, its statuses went further")
    for id, (conversation, _, entry) in by_id.items():
        status = entry["status"]
        if status in RANKS and id not in sends:
            problems.append(f"missing send: {id} of {conversation} stands as {status} and never went out")
        elif status in UNSETTLED:
            problems.append(f"unsettled: {id} of {conversation} is still {status}")
        elif status not in RANKS and not may_fail:
            problems.append(f"not sent: {id} of {conversation} stands as {status} ({entry.get('error')})")
    for conversation, firsts in first_sends.items():
        firsts.sort()
        for (_, before, first), (_, after, second) in zip(firsts, firsts[1:]):
            if before > after:
                problems.append(f"swap of sends: {first} went out before {second} of {conversation}")
    return problems


def check_replies(transcripts, expected_replies):
    """Every inbound message is followed by exactly its replies.

    `expected_replies(conversation, texts)` gives, for the inbound texts in the order of the transcript, a list of the reply
    texts of each. State that was changed twice, or not at all, shows here.
    """
    problems = []
    for conversation, transcript in transcripts.items():
        groups = []
        for entry in transcript:
            if entry["direction"] == "in":
                groups.append((entry, []))
            elif groups:
                groups[-1][1].append(entry["text"])
            else:
                problems.append(f"reply to nothing: {entry['id']} opens the transcript of {conversation}")
        wanted = expected_replies(conversation, [entry["text"] for entry, _ in groups])
        for (entry, replies), expected in zip(groups, wanted, strict=True):
            if replies != expected:
                problems.append(
                    f"wrong replies: {entry['text']!r} ({entry['id']}) of {conversation} got {replies}, expected {expected}"
                )
                break  # what follows is wrong for the same reason
    return problems


def check_positions(transcripts):
    """Positions grow and no entry's id stands twice, outbound ones included."""
    problems = []
    for conversation, transcript in transcripts.items():
        positions = [entry["position"] for entry in transcript]
        if any(before >= after for before, after in zip(positions, positions[1:])):
            problems.append(f"positions of {conversation} do not grow")
        twice = [id for id, count in Counter(entry["id"] for entry in transcript).items() if count > 1]
        problems += [f"duplicate: {id} stands more than once in {conversation}" for id in twice]
    return problems


def check(posts, transcripts, record, expected_replies, may_fail=False, statuses_get_lost=False, answers=None):
    """All of it. `transcripts`: conversation → messages as the admin API gives them; `record`: the sandbox's messages.

    `answers`: the transcripts without what the shop did not say by itself, when somebody else spoke there, too.
    """
    report = Report()
    report.problems = [
        *check_no_loss(posts, transcripts),
        *check_once(posts, transcripts),
        *check_order(posts, transcripts),
        *check_sends(transcripts, record, may_fail, statuses_get_lost),
        *check_replies(answers or transcripts, expected_replies),
        *check_positions(transcripts),
    ]
    outbound = [entry for transcript in transcripts.values() for entry in outbound_of(transcript)]
    report.acknowledged = sum(len(post.updates) for post in posts if post.acked is not None)
    report.inbound = sum(len(inbound_of(transcript)) for transcript in transcripts.values())
    report.outbound = len(outbound)
    report.accepted = len(record)
    report.repeated_sends = len(record) - len({sent["biz_opaque_callback_data"] for sent in record})
    report.ambiguous_listed = sum(1 for entry in outbound if entry["ambiguous"])
    report.failed = sum(1 for entry in outbound if entry["status"] not in RANKS)
    return report
