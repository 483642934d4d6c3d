#include "bench/ceiling/lane.hpp"

#include "bench/ceiling/connection.hpp"
#include "runtime/shard_map.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <sys/socket.h>

namespace wakala::bench::ceiling {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
} // namespace

lane::lane(std::uint32_t index, lane_parts parts) : index_(index), parts_(parts) {}
lane::~lane() = default;

result<std::uint16_t> lane::listen(const std::string& host, std::uint16_t port) {
  error_code failed;
  const auto address = asio::ip::make_address(host, failed);
  const tcp::endpoint where(address, port);
  if (!failed)
    acceptor_.open(where.protocol(), failed);
  if (!failed)
    acceptor_.set_option(reuse_port(true), failed);
  if (!failed)
    acceptor_.bind(where, failed);
  if (!failed)
    acceptor_.listen(asio::socket_base::max_listen_connections, failed);
  if (failed)
    return make_error(errc::unavailable,
                      "cannot listen on " + host + ":" + std::to_string(port) + ": " + failed.message(), "--listen");
  accept();
  return acceptor_.local_endpoint().port();
}

void lane::accept() {
  acceptor_.async_accept([this](const error_code& failed, tcp::socket socket) {
    if (failed == asio::error::operation_aborted)
      return;
    if (!failed)
      add(std::move(socket));
    accept();
  });
}

void lane::add(tcp::socket socket) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(connections_.size()));
    connections_.emplace_back();
  }
  const auto slot = free_slots_.back();
  free_slots_.pop_back();
  connections_[slot] = std::make_unique<connection>(*this, slot, std::move(socket));
  connections_[slot]->read();
}

void lane::drop(std::uint32_t slot) {
  connections_[slot].reset();
  free_slots_.push_back(slot);
}

shard_id lane::shard_of(const std::string& number_id) {
  const auto known = shards_.find(number_id);
  if (known != shards_.end())
    return known->second;
  return shards_.emplace(number_id, runtime::shard_of(number_id, parts_.journal->shard_count())).first->second;
}

std::string_view lane::take(std::string body, std::string_view signature, std::uint32_t slot) {
  const auto digest = parts_.signatures->check(signature, body);
  if (!digest)
    return responses::bad_signature;
  auto names = reader_.read(body);
  if (!names)
    return responses::bad_body;
  const auto now = parts_.clock->now();

  persistence::journal_row row;
  row.shard = shard_of(names->number_id);
  row.tenant = std::move(names->number_id);
  std::copy(digest->begin() + 16, digest->end(), row.conversation.bytes.begin());
  row.key.emplace();
  row.key->bucket = static_cast<std::uint32_t>(now / ms_per_hour);
  std::copy(digest->begin(), digest->begin() + 16, row.key->hash.begin());
  row.at = now;
  append_u64(row.hops, static_cast<std::uint64_t>(now));
  append_u64(row.hops, static_cast<std::uint64_t>(now));
  persistence::record record;
  record.where = persistence::table::transcript;
  record.key.assign(digest->begin() + 16, digest->end());
  append_u64(record.key, 1);
  record.value = std::move(body);
  row.personal.push_back(std::move(record));
  parts_.journal->put(std::move(row), lane_ticket{index_, slot}.packed());
  return {};
}

void lane::written(std::vector<std::uint32_t> slots, bool good) {
  asio::post(io_, [this, slots = std::move(slots), good] {
    for (const auto slot : slots)
      connections_[slot]->answer(good ? responses::good : responses::not_stored);
  });
}

} // namespace wakala::bench::ceiling
