"""Plants violations in a small house and expects each to be found, and nothing else."""

import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import house_check  # noqa: E402
import house_rules  # noqa: E402

HEADER = "/// \\file\n/// Something.\n#pragma once\n"


class HouseCheck(unittest.TestCase):
    def house(self, files, listed=True):
        """Problems of a house that holds `files`; every source is listed unless told otherwise."""
        with tempfile.TemporaryDirectory() as top:
            for path, text in files.items():
                os.makedirs(os.path.join(top, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(top, path), "w", encoding="utf-8") as file:
                    file.write(text)
            if listed:
                with open(os.path.join(top, "CMakeLists.txt"), "w", encoding="utf-8") as file:
                    file.write("wakala_module(all SOURCES\n" + "\n".join(files) + ")\nadd_subdirectory(tests)\n")
            return house_check.check(top)[0]

    def assert_one(self, files, expected, **options):
        problems = self.house(files, **options)
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(expected, problems[0])

    def test_a_clean_house_has_no_problems(self):
        self.assertEqual(
            self.house(
                {
                    "runtime/core/a.hpp": HEADER + "#include <boost/system/result.hpp>\n#include <string>\n",
                    "whatsapp/b.cpp": '#include "runtime/core/a.hpp"\n#include <nlohmann/json.hpp>\n',
                    "actors/c.cpp": '#include "runtime/core/a.hpp"\n#include <caf/all.hpp>\n',
                    "http/bridge.cpp": "#include <caf/all.hpp>\n",
                    "http/core/d.cpp": "#include <boost/beast.hpp>\n#include <openssl/ssl.h>\n",
                    "tests/http/e.cpp": '#include "runtime/core/a.hpp"\n#include <sqlite3.h>\n',
                }
            ),
            [],
        )

    def test_every_arrow_that_is_not_in_the_table_is_found(self):
        for home in house_rules.FOLDERS:
            for target in house_rules.FOLDERS:
                files = {f"{target}/target.hpp": HEADER, f"{home}/home.cpp": f'#include "{target}/target.hpp"\n'}
                with self.subTest(home=home, target=target):
                    if target == home or target in house_rules.MAY_INCLUDE[home]:
                        self.assertEqual(self.house(files), [])
                    else:
                        self.assert_one(files, f"home.cpp:1: \"{target}/target.hpp\": {home} may not include {target}")

    def test_the_table_itself_has_no_cycle_and_nothing_points_at_a_program(self):
        table = {home: targets for home, targets in house_rules.MAY_INCLUDE.items() if home != "tests"}
        self.assertEqual(house_check.check_cycles(table), [])
        for home, targets in table.items():
            self.assertFalse(set(targets) & set(house_rules.PROGRAMS), home)

    def test_headers_of_other_projects_stay_where_they_belong(self):
        for path, include in [
            ("runtime/core/x.cpp", "caf/all.hpp"),
            ("runtime/config/x.cpp", "caf/all.hpp"),
            ("http/webhook.cpp", "caf/all.hpp"),
            ("sandbox/x.cpp", "caf/actor.hpp"),
            ("actors/x.cpp", "boost/beast/http.hpp"),
            ("runtime/x.cpp", "boost/asio.hpp"),
            ("persistence/x.cpp", "sqlite3.h"),
            ("persistence/crypto/x.cpp", "sqlite3.h"),
            ("persistence/sqlite/x.cpp", "openssl/evp.h"),
            ("http/x.cpp", "openssl/hmac.h"),
            ("whatsapp/x.cpp", "openssl/sha.h"),
            ("wakalad/x.cpp", "yaml-cpp/yaml.h"),
            ("commerce/x.cpp", "gtest/gtest.h"),
        ]:
            with self.subTest(path=path, include=include):
                self.assert_one({path: f"#include <{include}>\n"}, f"{path}:1: <{include}> may only be included in")

    def test_the_line_of_an_include_is_told(self):
        self.assert_one({"commerce/x.cpp": "#include <string>\n\n  #  include <sqlite3.h>\n"}, "commerce/x.cpp:3: ")

    def test_includes_begin_at_the_top_and_exist(self):
        self.assert_one({"commerce/x.cpp": '#include "cart.hpp"\n'}, "does not begin at the top")
        self.assert_one({"commerce/x.cpp": '#include "commerce/gone.hpp"\n'}, "does not exist")

    def test_folders_that_include_each_other_are_found_once(self):
        arrows = {"a": {"b"}, "b": {"c"}, "c": {"a", "c"}, "d": {"a"}}
        self.assertEqual(house_check.check_cycles(arrows), ["folders include each other: a → b → c → a"])

    def test_a_source_that_is_not_built_is_found(self):
        self.assert_one({"commerce/lost.cpp": ""}, "commerce/lost.cpp: is listed in no CMakeLists.txt", listed=False)

    def test_a_header_must_be_listed_or_used_by_its_own_folder(self):
        self.assert_one({"commerce/lost.hpp": HEADER}, "commerce/lost.hpp: is listed in no CMakeLists.txt", listed=False)
        used = {
            "commerce/inner.hpp": HEADER,
            "commerce/a.cpp": '#include "commerce/inner.hpp"\n',
            "commerce/CMakeLists.txt": "wakala_module(commerce SOURCES a.cpp)\n",
            "CMakeLists.txt": "add_subdirectory(commerce)\n",
        }
        self.assertEqual(self.house(used, listed=False), [])

    def test_a_folder_that_is_not_added_is_found(self):
        self.assert_one(
            {"tests/lost/CMakeLists.txt": "", "tests/CMakeLists.txt": "add_subdirectory(found)", "tests/found/CMakeLists.txt": ""},
            "tests/lost/CMakeLists.txt: is added by no",
        )

    def test_a_source_outside_the_house_is_found(self):
        self.assert_one({"extra/x.cpp": ""}, "extra/x.cpp: is in no folder of the house")

    def test_a_header_says_what_it_is_for(self):
        self.assert_one({"commerce/x.hpp": "#pragma once\n"}, "commerce/x.hpp: a header begins with")

    def test_texts_that_have_no_place_here_are_found(self):
        for text, expected in [
            ("see /" + "home/amina/notes\n", "home path"),
            ("see /" + "root/notes\n", "home path"),
            ("cd /" + "work/main\n", "workplace path"),
            ('"resolved": "https://' + "registry." + 'example.org/x"\n', "registry"),
        ]:
            with self.subTest(text=text):
                self.assert_one({"docs/x.md": text}, expected)
        self.assertEqual(self.house({"docs/x.md": "https://example.org/homework/ and $HOME/x and a/root/b\n"}), [])
        self.assert_one({"scripts/x.py": "# TO" + "DO: later\n"}, "unfinished")

    def test_links_lead_to_something(self):
        self.assert_one({"docs/x.md": "a\n[gone](gone.md#part)\n"}, "docs/x.md:2: links to gone.md")
        self.assertEqual(self.house({"docs/x.md": "[y](../y.md) [z](#here) [w](https://example.org/)\n", "y.md": ""}), [])

    def test_binary_files_are_left_alone(self):
        self.assertEqual(self.house({"docs/x.bin": "\0/" + "home/amina"}), [])


if __name__ == "__main__":
    unittest.main()
