/// \file
/// Rows and places for the store's tests.
#pragma once

#include "persistence/store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace wakala::persistence::testing {

/// A directory of its own, removed at the end.
class temporary_directory {
public:
  temporary_directory() {
    std::string name = (std::filesystem::temp_directory_path() / "wakala-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("no temporary directory");
    path_ = name;
  }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

inline conversation_id conversation(std::uint8_t number) {
  conversation_id id;
  id.bytes.fill(number);
  return id;
}

inline event_key key_of(std::uint32_t bucket, std::uint8_t number) {
  event_key key;
  key.bucket = bucket;
  key.hash.fill(number);
  return key;
}

inline record put(table where, bytes key, bytes value, time_ms due = 0) {
  return {where, false, due, std::move(key), std::move(value)};
}

inline record erase(table where, bytes key) { return {where, true, 0, std::move(key), {}}; }

/// A commit with the given records among its personal ones.
inline journal_row commit(shard_id shard, std::uint64_t epoch, std::uint64_t seq, std::vector<record> records = {}) {
  journal_row row;
  row.shard = shard;
  row.epoch = epoch;
  row.seq = seq;
  row.tenant = "duka";
  row.conversation = conversation(7);
  row.at = 1'700'000'000'000 + static_cast<time_ms>(seq);
  row.hops = "hops";
  row.personal = std::move(records);
  return row;
}

/// Shared rows as plain ones, to be compared.
inline std::vector<journal_row> rows_of(const std::vector<row_ptr>& shared) {
  std::vector<journal_row> out;
  for (const row_ptr& row : shared)
    out.push_back(*row);
  return out;
}

using outcomes = std::vector<shard_outcome>;

inline outcomes committed(shard_id shard) { return {{shard, append_outcome::committed}}; }

inline outcomes fenced(shard_id shard) { return {{shard, append_outcome::fenced}}; }

/// The value, or an empty one.
template <class T>
T value_or(const result<T>& r) {
  return r ? *r : T{};
}

template <class T>
errc code_of(const result<T>& r) {
  EXPECT_FALSE(r.has_value()) << "an error was expected";
  return r.has_error() ? r.error().code : errc{};
}

} // namespace wakala::persistence::testing
