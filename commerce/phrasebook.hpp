/// \file
/// The shop's texts by key and language. They live in strings/{en,sw}.yaml; this is their checked form.
#pragma once

#include "commerce/conversation.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wakala::commerce {

class phrasebook {
public:
  using texts = std::map<std::string, std::string, std::less<>>;

  /// Both languages must have exactly the keys that the dialogue uses, with the placeholders each needs; otherwise
  /// `invalid_argument` naming the language and key.
  static result<phrasebook> make(const texts& english, const texts& kiswahili);

  /// The text of `key`, with `{name}` placeholders filled. Precondition: the key is one of the checked ones.
  std::string say(language spoken, std::string_view key,
                  std::initializer_list<std::pair<std::string_view, std::string_view>> values = {}) const;

private:
  /// A text taken apart once: what stands there, and the name of what follows it, empty at the end.
  struct piece {
    std::string plain;
    std::string name;
  };
  /// By keys of `phrase_rules`, which live for ever.
  using phrases = std::unordered_map<std::string_view, std::vector<piece>>;

  static phrases taken_apart(const texts& all);

  phrases english_;
  phrases kiswahili_;
};

} // namespace wakala::commerce
