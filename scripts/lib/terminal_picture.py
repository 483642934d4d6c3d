#!/usr/bin/env python3
"""Usage: terminal_picture.py [TITLE] <CAPTURE >PICTURE

Turns the screen of a terminal, as `tmux capture-pane -e -p` prints it, into an SVG. Exit status: 0 good, 2 wrong usage.
"""

import html
import re
import sys
import unicodedata

CELL_WIDTH = 8.4
CELL_HEIGHT = 17
MARGIN = 12
BAR = 28
BASIC = ["#15181c", "#e0565b", "#5fb76a", "#d9b44a", "#4c86d6", "#b877d3", "#47b0b8", "#c9d1d9"]
BRIGHT = ["#6b7480", "#ff7b80", "#86dc90", "#f2d479", "#7fb0f5", "#d9a0f0", "#7cd9e0", "#ffffff"]
FOREGROUND, BACKGROUND = "#c9d1d9", "#15181c"
SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)m|\x1b[()][A-Z0-9]|[\x0e\x0f]")


def colour_of(number):
    """A colour of the palette of 256."""
    if number < 8:
        return BASIC[number]
    if number < 16:
        return BRIGHT[number - 8]
    if number < 232:
        level = lambda step: 0 if step == 0 else 55 + 40 * step  # noqa: E731
        number -= 16
        return "#{:02x}{:02x}{:02x}".format(level(number // 36), level(number // 6 % 6), level(number % 6))
    return "#{0:02x}{0:02x}{0:02x}".format(8 + 10 * (number - 232))


class Look:
    def __init__(self):
        self.reset()

    def reset(self):
        self.foreground, self.background = None, None
        self.bold = self.dim = self.underline = self.reverse = False

    def apply(self, codes):
        codes = [int(code or 0) for code in re.split("[;:]", codes)]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.reset()
            elif code in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "underline", 7: "reverse"}[code], True)
            elif code == 22:
                self.bold = self.dim = False
            elif code in (24, 27):
                setattr(self, {24: "underline", 27: "reverse"}[code], False)
            elif code in (38, 48) and len(codes) >= 2 and codes[0] == 5:
                setattr(self, "foreground" if code == 38 else "background", colour_of(codes[1]))
                del codes[:2]
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.foreground = colour_of(code - 30 if code < 90 else code - 82)
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.background = colour_of(code - 40 if code < 100 else code - 92)
            elif code == 39:
                self.foreground = None
            elif code == 49:
                self.background = None

    def colours(self):
        """(foreground, background or None)."""
        if self.reverse:
            return self.background or BACKGROUND, self.foreground or FOREGROUND
        return self.foreground or FOREGROUND, self.background


def columns_of(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def runs_of(row, look):
    """[(column, columns, text, foreground, background, bold, dim, underline)] of a row. `look` goes on over rows."""
    found, column, at = [], 0, 0
    pieces = []
    for sequence in SEQUENCE.finditer(row):
        pieces.append((row[at : sequence.start()], sequence.group(1)))
        at = sequence.end()
    pieces.append((row[at:], None))
    for text, codes in pieces:
        if text:
            wide = columns_of(text)
            found.append((column, wide, text, *look.colours(), look.bold, look.dim, look.underline))
            column += wide
        if codes is not None:
            look.apply(codes)
    return found, column


def picture_of(rows, title=""):
    look, drawn = Look(), []
    for row in rows:
        drawn.append(runs_of(row, look))
    columns = max((wide for _, wide in drawn), default=80)
    width, height = columns * CELL_WIDTH + 2 * MARGIN, len(rows) * CELL_HEIGHT + 2 * MARGIN + BAR
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
        ' font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">',
        f"<title>{html.escape(title)}</title>",
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>',
        *(f'<circle cx="{18 + 18 * i}" cy="16" r="5.5" fill="{colour}"/>' for i, colour in enumerate(("#e0565b", "#d9b44a", "#5fb76a"))),
        f'<text x="{width / 2:.0f}" y="20" fill="{BRIGHT[0]}" text-anchor="middle" font-size="13">{html.escape(title)}</text>',
    ]
    for number, (runs, _) in enumerate(drawn):
        top = BAR + MARGIN + number * CELL_HEIGHT
        for column, wide, text, foreground, background, bold, dim, underline in runs:
            left = MARGIN + column * CELL_WIDTH
            if background:
                out.append(
                    f'<rect x="{left:.1f}" y="{top}" width="{wide * CELL_WIDTH + 0.3:.1f}" height="{CELL_HEIGHT + 0.3}" fill="{background}"/>'
                )
            style = (' font-weight="bold"' if bold else "") + (' opacity="0.6"' if dim else "")
            style += ' text-decoration="underline"' if underline else ""
            # Word by word, each with its length: so columns stay columns, whichever font is there.
            for word in re.finditer(r"\S+", text):
                begin = left + columns_of(text[: word.start()]) * CELL_WIDTH
                out.append(
                    f'<text x="{begin:.1f}" y="{top + 13}" fill="{foreground}" textLength="{columns_of(word[0]) * CELL_WIDTH:.1f}"'
                    f' lengthAdjust="spacingAndGlyphs"{style}>{html.escape(word[0])}</text>'
                )
    return "\n".join([*out, "</svg>", ""])


def main(arguments):
    if len(arguments) > 1 or arguments[:1] == ["--help"]:
        print(__doc__.strip())
        return 0 if arguments[:1] == ["--help"] else 2
    rows = sys.stdin.read().rstrip("\n").split("\n")
    sys.stdout.write(picture_of(rows, *arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
