/// \file
/// One thread of the ceiling's server: a listening socket, its connections, and all that they need without a lock.
#pragma once

#include "bench/ceiling/group_journal.hpp"
#include "bench/ceiling/payload.hpp"
#include "bench/ceiling/signature.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace wakala::bench::ceiling {

class connection;

/// What all lanes use; outlives them.
struct lane_parts {
  group_journal* journal = nullptr;
  const signature_checker* signatures = nullptr;
  const clock_source* clock = nullptr;
};

/// Which connection of which lane waits for a row.
struct lane_ticket {
  std::uint32_t lane = 0;
  std::uint32_t slot = 0;

  group_journal::ticket packed() const noexcept { return std::uint64_t{lane} << 32U | slot; }
  static lane_ticket unpacked(group_journal::ticket t) noexcept {
    return {static_cast<std::uint32_t>(t >> 32U), static_cast<std::uint32_t>(t)};
  }
};

class lane {
public:
  lane(std::uint32_t index, lane_parts parts);
  ~lane();
  lane(const lane&) = delete;
  lane& operator=(const lane&) = delete;

  /// Binds the lane's own socket beside those of other lanes. Returns the port.
  result<std::uint16_t> listen(const std::string& host, std::uint16_t port);
  /// Serves on the calling thread until `stop`.
  void run() { io_.run(); }
  /// From any thread.
  void stop() { io_.stop(); }
  /// The rows of these connections are durable, or not. From any thread.
  void written(std::vector<std::uint32_t> slots, bool good);

private:
  friend class connection;

  void accept();
  void add(boost::asio::ip::tcp::socket socket);
  void drop(std::uint32_t slot);
  /// Checks a complete request and puts its row into the journal; the refusal when there is one.
  std::string_view take(std::string body, std::string_view signature, std::uint32_t slot);
  shard_id shard_of(const std::string& number_id);

  const std::uint32_t index_;
  const lane_parts parts_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  payload_reader reader_;
  std::unordered_map<std::string, shard_id> shards_; ///< by number id, so that each is hashed once
  std::vector<std::unique_ptr<connection>> connections_;
  std::vector<std::uint32_t> free_slots_;
};

} // namespace wakala::bench::ceiling
