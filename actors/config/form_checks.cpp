#include "actors/config/form_checks.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

error bad_member(std::string pointer, std::string why) {
  return make_error(errc::invalid_argument, std::move(why), std::move(pointer));
}

result<void> only_members(const nlohmann::json& form, const std::string& where,
                          std::initializer_list<std::string_view> known) {
  if (!form.is_object())
    return bad_member(where, "must be an object");
  for (const auto& [key, value] : form.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      return bad_member(where + "/" + key, "is not known here");
  return {};
}

} // namespace wakala::actors
