#!/usr/bin/env python3
"""The page of a report, read as a parser reads it: well-formed, and the drawing inside its frame.

Usage: report_page_test.py TEST_BENCH_REPORT (the test program, which writes the page)
"""

import os
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

PROGRAM = ""
EMPTY_ELEMENTS = {"meta", "br", "hr", "img", "input", "link"}


class Balance(HTMLParser):
    """Follows the tags as HTML has them."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.problems = []
        self.seen = set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"<{tag}> has an attribute twice")
        if tag not in EMPTY_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.add(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()} closes something else")


class ThePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as directory:
            file = os.path.join(directory, "page.html")
            subprocess.run(
                [PROGRAM, "--gtest_filter=report_page.shows_every_fact*"],
                check=True,
                env={**os.environ, "WAKALA_BENCH_PAGE": file},
                stdout=subprocess.DEVNULL,
                timeout=60,
            )
            with open(file, encoding="utf-8") as page:
                cls.page = page.read()

    def test_every_tag_is_closed_where_it_should_be(self):
        reader = Balance()
        reader.feed(self.page)
        reader.close()
        self.assertEqual(reader.problems, [])
        self.assertEqual(reader.open, [])
        self.assertTrue({"html", "title", "style", "table", "svg", "path", "dl"} <= reader.seen)

    def test_it_is_xml_too(self):
        root = ET.fromstring(self.page)
        self.assertEqual(root.tag, "html")
        self.assertGreaterEqual(len(root.findall(".//svg")), 8)

    def test_what_is_drawn_lies_in_the_frame(self):
        for svg in ET.fromstring(self.page).iter("svg"):
            _, _, width, height = map(float, svg.get("viewBox").split())
            for path in svg.iter("path"):
                numbers = [float(word) for word in path.get("d").replace("M", " ").replace("L", " ").split()]
                self.assertGreaterEqual(len(numbers), 2)
                for x, y in zip(numbers[::2], numbers[1::2]):
                    self.assertTrue(0 <= x <= width and 0 <= y <= height, path.get("d"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv.pop(1)
    unittest.main()
