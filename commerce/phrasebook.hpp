/// \file
/// The shop's texts by key and language. They live in strings/{en,sw}.yaml; this is their checked form.
#pragma once

#include "commerce/conversation.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace wakala::commerce {

class phrasebook {
public:
  using texts = std::map<std::string, std::string, std::less<>>;

  /// Both languages must have exactly the keys that the dialogue uses, with the placeholders each needs; otherwise
  /// `invalid_argument` naming the language and key.
  static result<phrasebook> make(texts english, texts kiswahili);

  /// The text of `key`, with `{name}` placeholders filled. Precondition: the key is one of the checked ones.
  std::string say(language spoken, std::string_view key,
                  std::initializer_list<std::pair<std::string_view, std::string_view>> values = {}) const;

private:
  texts english_;
  texts kiswahili_;
};

} // namespace wakala::commerce
