/// \file
/// Asks the inspection API of whichever node answers.
#pragma once

#include "console/access.hpp"
#include "console/call.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wakala::console {

/// Its sockets live on a thread of its own; the functions may be called from any other.
///
/// A question that got no answer is put to the next listener, and so on once round. What may have taken effect is not
/// asked twice: its outcome is then unknown.
class api_client {
public:
  /// `wake` is called on the client's thread whenever there is something to take; it must not block. `ca_file`: PEM
  /// of those that are trusted, empty for the system's. Throws `result_error` when that cannot be read.
  api_client(access to, const std::string& ca_file, std::function<void()> wake);
  ~api_client();
  api_client(const api_client&) = delete;
  api_client& operator=(const api_client&) = delete;

  void send(call what);
  /// The answers since the last time, in the order in which they came.
  std::vector<answer> take();

  /// Sends and waits.
  answer ask(call what);

private:
  struct state;
  std::unique_ptr<state> state_;
};

} // namespace wakala::console
