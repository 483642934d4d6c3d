#include "bench/ceiling/connection.hpp"

#include "bench/ceiling/lane.hpp"

#include <boost/asio/write.hpp>

#include <cstring>

namespace wakala::bench::ceiling {

namespace asio = boost::asio;
using boost::system::error_code;

connection::connection(lane& owner, std::uint32_t slot, asio::ip::tcp::socket socket)
    : owner_(owner), slot_(slot), socket_(std::move(socket)) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

void connection::read() {
  socket_.async_read_some(asio::buffer(input_.data() + filled_, input_.size() - filled_),
                          [this](const error_code& failed, std::size_t count) {
                            if (failed)
                              return owner_.drop(slot_);
                            filled_ += count;
                            parse();
                          });
}

void connection::parse() {
  if (!parser_)
    parser_.emplace();
  error_code failed;
  const auto used = parser_->put(asio::const_buffer(input_.data(), filled_), failed);
  filled_ -= used;
  if (filled_ > 0)
    std::memmove(input_.data(), input_.data() + used, filled_);
  const bool incomplete = failed == boost::beast::http::error::need_more || (!failed && !parser_->is_done());
  if (incomplete && filled_ < input_.size())
    return read();
  keep_ = !failed && !incomplete && parser_->keep_alive();
  if (failed || incomplete)
    return answer(responses::bad_request);
  if (const auto refusal = owner_.take(std::move(parser_->body), parser_->signature(), slot_); !refusal.empty())
    answer(refusal);
}

void connection::answer(std::string_view response) {
  // Straight to the socket: nearly always it has room, and a turn through the event loop is saved.
  error_code failed;
  std::size_t sent = socket_.write_some(asio::buffer(response), failed);
  if (failed == asio::error::would_block)
    sent = 0;
  else if (failed)
    return owner_.drop(slot_);
  if (sent == response.size())
    return next();
  asio::async_write(socket_, asio::buffer(response.substr(sent)), [this](const error_code& broken, std::size_t) {
    if (broken)
      return owner_.drop(slot_);
    next();
  });
}

void connection::next() {
  parser_.reset();
  if (!keep_)
    return owner_.drop(slot_);
  if (filled_ > 0)
    return parse();
  read();
}

} // namespace wakala::bench::ceiling
