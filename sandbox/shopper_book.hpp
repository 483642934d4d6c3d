/// \file
/// Everybody with a phone that the sandbox has heard of.
#pragma once

#include "sandbox/webhook_body.hpp"

#include <deque>
#include <string>
#include <unordered_map>

namespace wakala::sandbox {

/// Not thread-safe. References to shoppers stay good while the book is not moved.
class shopper_book {
public:
  /// By number, else by user id; null when nobody is known by them.
  shopper* find(const std::string& phone, const std::string& user_id);
  /// Likewise, and adds whom it does not find. Learns the user id of somebody known by number alone. `added` is set
  /// when it was a new one.
  shopper& find_or_add(const std::string& phone, const std::string& user_id, bool& added);
  /// Knows somebody by a new number; false when another has it.
  bool change_phone(shopper& who, const std::string& phone);
  /// Likewise for a user id.
  bool change_user_id(shopper& who, const std::string& user_id);
  const std::deque<shopper>& all() const noexcept { return shoppers_; }

private:
  bool rekey(shopper& who, std::string shopper::*id, const std::string& wanted);

  std::deque<shopper> shoppers_;
  std::unordered_map<std::string, std::size_t> by_id_; ///< number and user id → index
};

} // namespace wakala::sandbox
