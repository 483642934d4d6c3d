#!/usr/bin/env python3
"""Reads the repository and reports every place where the house's rules are broken. Exit 0: none; 1: some; 2: usage."""

import os
import re
import sys

import house_rules as rules

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
# Built from parts, so that this file does not break its own rule.
FOREIGN_TEXT = {
    "an absolute home path": re.compile(r"(?<![\w.${}~-])/(?:" + "|".join(["home", "root", "Users"]) + r")/\w"),
    "a workplace path": re.compile(r"(?<![\w.-])/" + "work" + r"/\w"),
    "a package registry's host": re.compile(
        r"https?://(?:registry|deb|mirror|mirrors)\.|\b(?:" + "|".join(["npmjs", "pypi", "crates"]) + r")\.(?:org|io|com)\b"
    ),
}
UNFINISHED = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME"]) + r")\b")
SOURCE_SUFFIXES = (".cpp", ".hpp")
CODE_SUFFIXES = (".cpp", ".hpp", ".py", ".sh", ".js", ".ts", ".cmake")


def files_of(top):
    """Paths of all files from the top, in order."""
    found = []
    for directory, names, files in os.walk(top):
        names[:] = sorted(name for name in names if name not in rules.SKIPPED_DIRECTORIES)
        found += [os.path.relpath(os.path.join(directory, name), top) for name in sorted(files)]
    return found


def text_of(top, path):
    """The file's text, or None when it is binary."""
    with open(os.path.join(top, path), "rb") as file:
        data = file.read()
    if b"\0" in data[:8192]:
        return None
    return data.decode("utf-8", errors="replace")


def check_include(path, name, quoted, exists):
    """The problem with one #include, or None."""
    home = rules.folder_of(path)
    if not quoted:
        for prefix, places in rules.THIRD_PARTY.items():
            if not name.startswith(prefix):
                continue
            excepted = any(path.startswith(place) for place in rules.THIRD_PARTY_EXCEPT.get(prefix, []))
            if excepted or not any(path.startswith(place) for place in places):
                return f"<{name}> may only be included in {', '.join(places)}"
        return None
    target = rules.folder_of(name)
    if target is None:
        return f'"{name}" does not begin at the top of the repository'
    if not exists:
        return f'"{name}" does not exist'
    if target != home and target not in rules.MAY_INCLUDE[home]:
        return f'"{name}": {home} may not include {target}'
    return None


def check_includes(top, sources):
    problems = []
    arrows = {}
    for path in sources:
        home = rules.folder_of(path)
        if home is None:
            problems.append(f"{path}: is in no folder of the house")
            continue
        text = text_of(top, path) or ""
        for match in INCLUDE.finditer(text):
            name, quoted = (match.group(1), True) if match.group(1) else (match.group(2), False)
            line = text.count("\n", 0, match.start(match.lastindex)) + 1
            problem = check_include(path, name, quoted, os.path.exists(os.path.join(top, name)))
            if problem:
                problems.append(f"{path}:{line}: {problem}")
            if quoted and rules.folder_of(name):
                arrows.setdefault(home, set()).add(rules.folder_of(name))
    return problems, arrows


def check_cycles(arrows):
    """Include cycles between folders."""
    problems = []

    def walk(folder, trail):
        for target in sorted(arrows.get(folder, ())):
            if target == folder:
                continue
            if target in trail:
                problems.append("folders include each other: " + " → ".join(trail[trail.index(target) :] + [target]))
            else:
                walk(target, trail + [target])

    for folder in sorted(arrows):
        walk(folder, [folder])
    # A cycle is found from each of its folders: say it once.
    seen, unique = set(), []
    for problem in problems:
        key = frozenset(problem.split(": ")[1].split(" → "))
        if key not in seen:
            seen.add(key)
            unique.append(problem)
    return unique


def check_listed(top, sources):
    """Every source is named by the CMakeLists.txt of its folder or of one above it.

    A header that only its own folder uses may go without: it is built by the sources that include it.
    """
    problems = []
    included = {
        (match.group(1), rules.folder_of(path))
        for path in sources
        for match in INCLUDE.finditer(text_of(top, path) or "")
    }
    for path in sources:
        if path.endswith(".hpp") and (path, rules.folder_of(path)) in included:
            continue
        directory = os.path.dirname(path)
        while True:
            lists = os.path.join(top, directory, "CMakeLists.txt")
            if os.path.exists(lists):
                with open(lists, encoding="utf-8") as file:
                    words = re.split(r'[\s()"]+', file.read())
                if os.path.relpath(path, directory or ".") in words:
                    break
            if not directory:
                problems.append(f"{path}: is listed in no CMakeLists.txt")
                break
            directory = os.path.dirname(directory)
    return problems


def check_reached(top, paths):
    """Every folder with a CMakeLists.txt is added by one above it; otherwise its tests would silently never run."""
    problems = []
    for path in paths:
        directory = os.path.dirname(path)
        if os.path.basename(path) != "CMakeLists.txt" or not directory:
            continue
        above = os.path.dirname(directory)
        while True:
            lists = os.path.join(top, above, "CMakeLists.txt")
            if os.path.exists(lists):
                with open(lists, encoding="utf-8") as file:
                    words = re.split(r'[\s()"]+', file.read())
                if os.path.relpath(directory, above or ".") in words:
                    break
            if not above:
                problems.append(f"{path}: is added by no CMakeLists.txt above it")
                break
            above = os.path.dirname(above)
    return problems


def check_headers(top, sources):
    return [
        f"{path}: a header begins with `/// \\file` and what it is for"
        for path in sources
        if path.endswith(".hpp")
        and not path.startswith("tests/")
        and not (text_of(top, path) or "").startswith("/// \\file")
    ]


def check_texts(top, paths):
    problems = []
    for path in paths:
        text = text_of(top, path)
        if text is None:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            for what, pattern in FOREIGN_TEXT.items():
                if pattern.search(line):
                    problems.append(f"{path}:{number}: mentions {what}")
            if path.endswith(CODE_SUFFIXES) and UNFINISHED.search(line):
                problems.append(f"{path}:{number}: marks unfinished work")
    return problems


def check_links(top, paths):
    """Relative links of the documentation lead to something."""
    problems = []
    for path in paths:
        if not path.endswith(".md"):
            continue
        for number, line in enumerate((text_of(top, path) or "").splitlines(), start=1):
            for target in re.findall(r"\]\(([^)#\s]+)", line):
                if "://" not in target and not os.path.exists(os.path.join(top, os.path.dirname(path), target)):
                    problems.append(f"{path}:{number}: links to {target}, which does not exist")
    return problems


def check(top):
    """All problems of the repository at `top`, one line each."""
    paths = files_of(top)
    sources = [path for path in paths if path.endswith(SOURCE_SUFFIXES)]
    problems, arrows = check_includes(top, sources)
    problems += check_cycles({home: targets for home, targets in arrows.items() if home != "tests"})
    problems += check_listed(top, sources)
    problems += check_reached(top, paths)
    problems += check_headers(top, sources)
    problems += check_texts(top, paths)
    problems += check_links(top, paths)
    return problems, len(sources)


def main(arguments):
    if len(arguments) != 1 or not os.path.isdir(arguments[0]):
        print("usage: house_check.py DIRECTORY", file=sys.stderr)
        return 2
    problems, count = check(arguments[0])
    for problem in problems:
        print(problem)
    print(f"{count} sources read, {len(problems)} problems")
    return 1 if problems or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
