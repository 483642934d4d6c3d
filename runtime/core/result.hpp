/// \file
/// A value or an error, for everything that can fail because of input or surroundings.
#pragma once

#include "runtime/core/error.hpp"

#include <boost/system/result.hpp>

#include <stdexcept>
#include <utility>

namespace wakala {

/// Thrown only by `result::value()` on an error: while starting up, and in tests.
struct result_error : std::runtime_error {
  explicit result_error(error e) : std::runtime_error(e.what), reason(std::move(e)) {}
  error reason;
};

[[noreturn]] inline void throw_exception_from_error(const error& e, const boost::source_location&) {
  throw result_error(e);
}

/// A `T`, or the error that prevented it.
template <class T>
using result = boost::system::result<T, error>;

} // namespace wakala
