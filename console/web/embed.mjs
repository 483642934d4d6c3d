// Usage: node embed.mjs FOLDER OUT.cpp
// Writes a folder's files as C++, so that the daemon needs no files beside it. OUT is left alone when nothing changed.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, posix } from "node:path";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

const [, , folder, out] = process.argv;

/** Names of all files below a folder, in order. */
function namesIn(at) {
  return readdirSync(join(folder, at), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? namesIn(posix.join(at, entry.name)) : [posix.join(at, entry.name)]));
}

/** Octal escapes are at most three digits long, so that nothing behind one can belong to it. */
function literalOf(bytes) {
  const lines = [];
  for (let from = 0; from < bytes.length; from += 96) {
    let line = "";
    for (const byte of bytes.subarray(from, from + 96)) {
      const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
      line += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`;
    }
    lines.push(`"${line}"`);
  }
  return lines.join("\n") || '""';
}

const names = namesIn("");
if (!names.includes("index.html")) throw new Error(`${folder} holds no index.html`);
const files = names.map((name) => {
  const bytes = readFileSync(join(folder, name));
  const type = types[extname(name)];
  if (!type) throw new Error(`${name}: of which type is it?`);
  return { name, type, bytes, etag: createHash("sha256").update(bytes).digest("hex").slice(0, 32) };
});
const text = `// Made of console/web.
#include "http/console_files.hpp"

#include <array>

namespace {

${files.map((file, n) => `constexpr char bytes_${n}[] =\n${literalOf(file.bytes)};`).join("\n\n")}

constexpr std::array<wakala::http::console_file, ${files.length}> files{{
${files.map((file, n) => `    {"${file.name}", "${file.type}", "\\"${file.etag}\\"", {bytes_${n}, sizeof bytes_${n} - 1}},`).join("\n")}
}};

} // namespace

std::span<const wakala::http::console_file> wakala::http::built_console_files() { return files; }

std::string_view wakala::http::built_console_trouble() { return {}; }
`;
if (!existsSync(out) || readFileSync(out, "utf8") !== text) writeFileSync(out, text);
