"""Rewrites g++'s compile commands so that clang's tools understand them: without precompiled headers and g++'s options."""

import json
import shlex
import sys

DROPPED = {"-Winvalid-pch", "-Wno-maybe-uninitialized", "-fcoroutines", "-Werror"}


def for_clang(command):
    words = shlex.split(command)
    while words and not words[0].endswith(("c++", "g++", "gcc", "cc")):
        words.pop(0)  # ccache and its environment
    kept = []
    skip_next = False
    for index, word in enumerate(words):
        if skip_next:
            skip_next = False
        elif word == "-include" and "cmake_pch" in words[index + 1]:
            skip_next = True
        elif word not in DROPPED:
            kept.append(word)
    return shlex.join(kept)


def main(source, target):
    with open(source, encoding="utf-8") as file:
        entries = json.load(file)
    entries = [entry for entry in entries if "cmake_pch" not in entry["file"]]
    for entry in entries:
        entry["command"] = for_clang(entry["command"])
    with open(target, "w", encoding="utf-8") as file:
        json.dump(entries, file, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
