/// \file
/// One broken TLS connection must not break others.
#pragma once

namespace wakala::runtime {

/// OpenSSL keeps a thread's errors in a queue, and says that a connection is broken while anything is in it. CAF's
/// TLS (0.17.6) serves all connections by one thread and never empties the queue, so that whoever connects and breaks
/// off would end the links between nodes. A program that calls this empties it before each of CAF's calls. Does
/// nothing itself: it brings the functions that come before OpenSSL's into the program.
void keep_tls_errors_apart() noexcept;

} // namespace wakala::runtime
