/// \file
/// Bare sockets for tests that must see, or send, exactly the bytes they say.
#pragma once

#include "http/core/message.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace wakala::http::testing {

/// Owns a file descriptor.
class descriptor {
public:
  explicit descriptor(int fd = -1) : fd_(fd) {}
  ~descriptor();
  descriptor(descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  descriptor& operator=(descriptor&& other) noexcept;
  int get() const noexcept { return fd_; }
  void reset();

private:
  int fd_;
};

/// A blocking peer. Every wait ends after 10 s at the latest, as if the other side had closed.
class raw_peer {
public:
  explicit raw_peer(descriptor socket);
  /// Connects to 127.0.0.1. `receive_buffer`: bytes the kernel may hold for us, 0 for its default.
  static raw_peer connect(std::uint16_t port, int receive_buffer = 0);

  /// False when the other side has reset the connection.
  bool send(std::string_view bytes) const;
  void half_close() const;
  void close() { socket_.reset(); }

  struct answer {
    int status = 0; ///< 0: none came
    header_list headers;
    std::string body;
    std::string header(std::string_view name) const { return std::string(find_header(headers, name).value_or("")); }
  };
  /// The next answer; `head`: it has no body whatever its Content-Length says.
  answer read_answer(bool head = false);
  /// Bytes up to and including the blank line.
  std::string read_head();
  std::string read_exactly(std::size_t count);
  /// What is left until the other side closes.
  std::string read_all();
  /// True when the other side closed in good order with nothing more to say.
  bool at_end();
  bool readable_within(int milliseconds) const;
  /// Waits, without reading, until the other side has reset the connection.
  bool was_reset() const;
  int fd() const noexcept { return socket_.get(); }

private:
  bool fill();

  descriptor socket_;
  std::string buffer_;
};

/// Listens on a free port of 127.0.0.1.
struct listening {
  descriptor socket;
  std::uint16_t port = 0;
};
listening listen_anywhere(int backlog = 64);

/// A server that does to each connection what a test wants, one after the other.
class scripted_server {
public:
  /// `script` gets the peer and the number of the connection, from 0.
  explicit scripted_server(std::function<void(raw_peer&, int)> script);
  ~scripted_server();
  std::uint16_t port() const noexcept { return listening_.port; }
  std::string url(std::string_view path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
  }

private:
  listening listening_;
  std::function<void(raw_peer&, int)> script_;
  std::thread thread_;
};

} // namespace wakala::http::testing
