/// \file
/// What can go wrong, by what a caller can do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala {

/// One value per reaction of a caller, not per cause.
enum class errc : std::uint8_t {
  invalid_argument = 1, ///< The input breaks a rule; `error::field` names what. Never retry.
  not_found,            ///< The named tenant, conversation or record does not exist.
  conflict,             ///< Somebody else holds the name, number or key that was asked for.
  fenced,               ///< Another owner holds the shard now: stop and hand over.
  overloaded,           ///< A bounded queue is full: shed, retry later.
  unavailable,          ///< A peer or the store cannot be reached or written right now: retry later.
  deadline_exceeded,    ///< The work was not finished in its time; whether it took effect may be unknown.
  unauthenticated,      ///< A signature, token or key does not match.
  corrupt,              ///< Stored bytes failed their checks: never retry.
  handler_failed,       ///< A handler threw: a bug or a poison message.
};

/// The name used in logs and answers, for example `not_found`.
std::string_view to_string(errc code) noexcept;

/// A failure. `what` is for people and holds no personal data and no secret; `field` is the name (or JSON Pointer) of
/// the input that is wrong, empty when no input is.
struct error {
  errc code = errc::unavailable;
  std::string what;
  std::string field;

  bool operator==(const error&) const = default;
};

inline error make_error(errc code, std::string what, std::string field = {}) {
  return error{code, std::move(what), std::move(field)};
}

} // namespace wakala
