/// \file
/// The words that people type, in both languages, whatever is on their screen.
#pragma once

#include "commerce/conversation.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wakala::commerce {

enum class keyword : std::uint8_t {
  menu,
  cart,
  human,
  language,
  help,
  english,   ///< speak it
  kiswahili, ///< speak it
  shop,
  order,
  check_out,
  greeting,
  back,
  more,
  pay,
  have_paid, ///< so the shopper says
};

struct heard_keyword {
  keyword word = keyword::help;
  std::optional<language> tongue; ///< absent when the word is at home in both
};

/// The keyword that the whole text is; a greeting may be followed by a few words ("Habari yako", "hi there").
/// `folded` is the text after `fold`.
std::optional<heard_keyword> find_keyword(std::string_view folded);

/// A number from 0 to 999,999,999 that the whole text is: `2`, `x2`, `2x`.
std::optional<std::int64_t> find_number(std::string_view folded);

/// What somebody asks to do with something: `add 2 sugar`, `ongeza 2`, `2 sugar`, `sugar x2`, `remove sugar`.
struct heard_order {
  enum class kind : std::uint8_t { add, remove, empty, change } what = kind::add;
  std::optional<std::int64_t> quantity;
  std::string name; ///< folded, without the quantity; may be empty
  std::string rest; ///< folded, all that follows the verb: a name may end in a number of its own
};

std::optional<heard_order> find_order(std::string_view folded);

/// What somebody wants of an order that was placed: `cancel order`, `ghairi oda k7q2m`, `again`, `agiza tena`.
struct heard_order_care {
  enum class kind : std::uint8_t { cancel, again } what = kind::cancel;
  std::string code; ///< in capitals; empty: the latest
  language tongue = language::english;
};

std::optional<heard_order_care> find_order_care(std::string_view folded);

} // namespace wakala::commerce
