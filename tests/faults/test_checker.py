"""The checker must find what it is there for: each test plants one fault in a good history."""

import copy
import unittest

import checker
from checker import Post, Update

AMINA, JUMA = ("duka", "254711000001"), ("soko", "254711000002")


def inbound(position, id, text):
    return {"id": id, "position": position, "direction": "in", "text": text, "status": "received"}


def outbound(position, id, text, status="read", ambiguous=0):
    return {
        "id": id, "callback_data": id, "position": position, "direction": "out", "text": text,
        "status": status, "ambiguous": ambiguous, "error": None,
    }  # fmt: skip


def sent(seq, id, text, statuses=("sent", "delivered", "read")):
    return {"seq": seq, "biz_opaque_callback_data": id, "text": text, "statuses": list(statuses)}


def echo(_conversation, texts):
    """The shop of these tests answers what it hears."""
    return [[f"re {text}"] for text in texts]


class History:
    """Two conversations, four messages, four replies; a2 and a3 came in one POST."""

    def __init__(self):
        self.posts = [
            Post([Update(AMINA, "a1", "one")], first_sent=1.0, acked=1.5),
            Post([Update(AMINA, "a2", "two"), Update(AMINA, "a3", "three")], first_sent=2.0, acked=2.5),
            Post([Update(JUMA, "j1", "hi")], first_sent=1.2, acked=2.2),
        ]
        self.transcripts = {
            AMINA: [
                inbound(1, "a1", "one"), outbound(3, "o1", "re one"),
                inbound(4, "a2", "two"), outbound(6, "o2", "re two"),
                inbound(7, "a3", "three"), outbound(9, "o3", "re three"),
            ],
            JUMA: [inbound(1, "j1", "hi"), outbound(3, "p1", "re hi")],
        }  # fmt: skip
        self.record = [sent(1, "o1", "re one"), sent(2, "p1", "re hi"), sent(3, "o2", "re two"), sent(4, "o3", "re three")]

    def check(self, **options):
        return checker.check(self.posts, self.transcripts, self.record, echo, **options)

    def entry(self, conversation, id):
        return next(entry for entry in self.transcripts[conversation] if entry["id"] == id)


class CheckerTest(unittest.TestCase):
    def setUp(self):
        self.history = History()

    def assert_found(self, *parts):
        problems = self.history.check().problems
        self.assertTrue(
            any(all(part in problem for part in parts) for problem in problems), f"{parts} not found in {problems}"
        )

    def remove(self, conversation, *ids):
        transcript = self.history.transcripts[conversation]
        transcript[:] = [entry for entry in transcript if entry["id"] not in ids]

    def test_a_good_history_passes(self):
        report = self.history.check()
        self.assertEqual(report.problems, [])
        self.assertEqual((report.acknowledged, report.inbound, report.outbound, report.accepted), (4, 4, 4, 4))
        self.assertEqual((report.repeated_sends, report.ambiguous_listed), (0, 0))

    def test_a_loss_is_found(self):
        self.remove(AMINA, "a2", "o2")
        self.assert_found("lost", "a2", "acknowledged")

    def test_a_whole_conversation_that_is_gone_is_found(self):
        self.history.transcripts[JUMA] = []
        self.assert_found("lost", "j1")

    def test_what_was_not_acknowledged_may_be_missing(self):
        self.history.posts[2].acked = None
        self.history.transcripts[JUMA] = []
        self.history.record = [each for each in self.history.record if each["biz_opaque_callback_data"] != "p1"]
        self.assertEqual(self.history.check().problems, [])

    def test_a_changed_text_is_found(self):
        self.history.entry(AMINA, "a1")["text"] = "won"
        self.assert_found("changed", "a1")

    def test_a_duplicate_is_found(self):
        again = [inbound(10, "a1", "one"), outbound(12, "o4", "re one")]
        self.history.transcripts[AMINA] += again
        self.history.record.append(sent(5, "o4", "re one"))
        self.assert_found("duplicate", "a1", "2 times")

    def test_a_message_in_the_wrong_conversation_is_found(self):
        self.history.transcripts[JUMA].append(self.history.transcripts[AMINA].pop(4))
        self.assert_found("misplaced", "a3")

    def test_a_message_that_nobody_sent_is_found(self):
        self.history.transcripts[JUMA].append(inbound(4, "x9", "boo"))
        self.assert_found("invented", "x9")

    def test_a_swap_between_posts_is_found(self):
        one, two = self.history.entry(AMINA, "a1"), self.history.entry(AMINA, "a3")
        for key in ("id", "text"):
            one[key], two[key] = two[key], one[key]
        self.assert_found("swap", "first sent after the 200 of a1")

    def test_a_swap_inside_one_post_is_found(self):
        two, three = self.history.entry(AMINA, "a2"), self.history.entry(AMINA, "a3")
        for key in ("id", "text"):
            two[key], three[key] = three[key], two[key]
        self.assert_found("swap in one POST", "a3 stands before a2")

    def test_posts_that_overlapped_may_stand_in_either_order(self):
        first, second = self.history.posts[0], self.history.posts[1]
        first.first_sent, first.acked, second.first_sent, second.acked = 1.0, 2.4, 2.0, 2.5
        transcript = self.history.transcripts[AMINA]
        moved = transcript[2:] + transcript[:2]
        for position, entry in enumerate(moved, 1):
            entry["position"] = position
        self.history.transcripts[AMINA] = moved
        self.history.record = [
            sent(1, "o2", "re two"), sent(2, "o3", "re three"), sent(3, "o1", "re one"), sent(4, "p1", "re hi"),
        ]  # fmt: skip
        self.assertEqual(self.history.check().problems, [])

    def test_a_double_send_is_found(self):
        self.history.record.append(sent(5, "o2", "re two"))
        self.assert_found("double send", "o2", "not listed as ambiguous")

    def test_a_double_send_that_is_listed_is_allowed_and_counted(self):
        self.history.record.append(sent(5, "o2", "re two"))
        self.history.entry(AMINA, "o2")["ambiguous"] = 1
        report = self.history.check()
        self.assertEqual(report.problems, [])
        self.assertEqual((report.repeated_sends, report.ambiguous_listed), (1, 1))

    def test_more_sends_than_listed_are_found(self):
        self.history.record += [sent(5, "o2", "re two"), sent(6, "o2", "re two")]
        self.history.entry(AMINA, "o2")["ambiguous"] = 1
        self.assert_found("double send", "o2", "3 times, listed 1 times")

    def test_a_missing_send_is_found(self):
        self.history.record = [each for each in self.history.record if each["biz_opaque_callback_data"] != "p1"]
        self.assert_found("missing send", "p1")

    def test_a_send_without_a_commit_is_found(self):
        self.history.record.append(sent(5, "o9", "boo"))
        self.assert_found("sent without a commit", "o9")

    def test_a_send_without_callback_data_is_found(self):
        self.history.record.append(sent(5, "", "boo"))
        self.assert_found("sent without a commit", "without callback data")

    def test_sends_out_of_order_are_found(self):
        record = self.history.record
        record[0]["seq"], record[2]["seq"] = record[2]["seq"], record[0]["seq"]
        self.assert_found("swap of sends", "o2 went out before o1")

    def test_a_message_that_is_still_on_its_way_is_found(self):
        for status in checker.UNSETTLED:
            with self.subTest(status):
                self.history = History()
                self.history.entry(JUMA, "p1")["status"] = status
                self.assert_found("unsettled", "p1", status)

    def test_a_failed_message_is_found_unless_it_may_fail(self):
        self.history.entry(JUMA, "p1")["status"] = "failed"
        self.history.record = [each for each in self.history.record if each["biz_opaque_callback_data"] != "p1"]
        self.assert_found("not sent", "p1", "failed")
        self.assertEqual(self.history.check(may_fail=True).problems, [])

    def test_a_lost_status_is_found(self):
        self.history.entry(JUMA, "p1")["status"] = "sent"
        self.assert_found("lost status", "p1")

    def test_a_reply_too_many_is_found(self):
        self.history.transcripts[AMINA].append(outbound(10, "o5", "re three"))
        self.history.record.append(sent(5, "o5", "re three"))
        self.assert_found("wrong replies", "a3")

    def test_a_reply_too_few_is_found(self):
        self.remove(AMINA, "o3")
        self.history.record.pop()
        self.assert_found("wrong replies", "a3", "got []")

    def test_a_reply_with_the_wrong_text_is_found(self):
        self.history.entry(AMINA, "o3")["text"] = self.history.record[3]["text"] = "re four"
        self.assert_found("wrong replies", "re four")

    def test_a_text_that_changed_on_its_way_out_is_found(self):
        self.history.record[0]["text"] = "re won"
        self.assert_found("changed", "o1")

    def test_an_outbound_id_that_stands_twice_is_found(self):
        again = copy.deepcopy(self.history.entry(AMINA, "o3"))
        again["position"] = 10
        self.history.transcripts[AMINA].append(again)
        self.assert_found("duplicate", "o3")

    def test_positions_that_go_back_are_found(self):
        self.history.entry(AMINA, "o3")["position"] = 2
        self.assert_found("positions")


if __name__ == "__main__":
    unittest.main()
