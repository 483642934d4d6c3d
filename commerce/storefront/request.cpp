#include "commerce/storefront/request.hpp"

#include <array>

namespace wakala::commerce::storefront {

namespace {

/// What stands between the prefix of an id and its end.
enum class form : std::uint8_t { nothing, number, subject, subject_and_number };

struct id_form {
  wish what;
  std::string_view prefix;
  form has;
};

constexpr std::array forms{
    id_form{wish::menu, "menu:home", form::nothing},
    id_form{wish::categories, "menu:shop", form::nothing}, // the first page
    id_form{wish::order, "menu:order", form::nothing},
    id_form{wish::human, "menu:human", form::nothing},
    id_form{wish::help, "menu:help", form::nothing},
    id_form{wish::categories, "cats:", form::number},
    id_form{wish::category, "cat:", form::subject},
    id_form{wish::category, "page:", form::subject_and_number},
    id_form{wish::product, "prod:", form::subject},
    id_form{wish::add, "add:", form::subject_and_number},
    id_form{wish::cart, "cart:view", form::nothing},
    id_form{wish::cart_lines, "cart:lines:", form::number},
    id_form{wish::cart_edit, "cart:edit:", form::subject},
    id_form{wish::cart_quantity, "cart:qty:", form::subject_and_number},
    id_form{wish::cart_remove, "cart:remove:", form::subject},
    id_form{wish::cart_empty, "cart:empty", form::nothing},
    id_form{wish::check_out, "cart:order", form::nothing},
    id_form{wish::found, "find:", form::subject_and_number},
    id_form{wish::ask_how, "get:how", form::nothing},
    id_form{wish::take_delivery, "get:delivery", form::nothing},
    id_form{wish::take_pick_up, "get:pickup", form::nothing},
    id_form{wish::areas, "get:areas:", form::number},
    id_form{wish::take_area, "get:area:", form::subject},
    id_form{wish::ask_name, "get:name", form::nothing},
    id_form{wish::profile_name, "get:myname", form::nothing},
    id_form{wish::ask_address, "get:address", form::nothing},
    id_form{wish::details, "get:details", form::nothing},
    id_form{wish::confirm, "get:confirm", form::nothing},
    id_form{wish::pay, "pay:how", form::nothing},
    id_form{wish::pay_mpesa, "pay:mpesa", form::nothing},
    id_form{wish::pay_card, "pay:card", form::nothing},
    id_form{wish::pay_number, "pay:number", form::nothing},
    id_form{wish::pay_from, "pay:from:", form::subject},
    id_form{wish::have_paid, "pay:done", form::nothing},
    id_form{wish::cancel_order, "ord:cancel:", form::subject},
    id_form{wish::drop_order, "ord:drop:", form::subject},
    id_form{wish::order_again, "ord:again:", form::subject},
    id_form{wish::english, "lang:en", form::nothing},
    id_form{wish::kiswahili, "lang:sw", form::nothing},
    id_form{wish::toggle_language, "lang:other", form::nothing},
};

std::optional<std::int64_t> read_number(std::string_view text) {
  constexpr std::size_t digits_max = 9;
  if (text.empty() || text.size() > digits_max || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

std::optional<request> read_rest(const id_form& f, std::string_view rest) {
  switch (f.has) {
  case form::nothing:
    return rest.empty() ? std::optional(request{f.what, {}, 0}) : std::nullopt;
  case form::number:
    if (const auto number = read_number(rest))
      return request{f.what, {}, *number};
    return std::nullopt;
  case form::subject:
    return rest.empty() ? std::nullopt : std::optional(request{f.what, std::string(rest), 0});
  case form::subject_and_number: {
    const auto colon = rest.rfind(':'); // the subject may hold colons of its own
    if (colon == std::string_view::npos || colon == 0)
      return std::nullopt;
    if (const auto number = read_number(rest.substr(colon + 1)))
      return request{f.what, std::string(rest.substr(0, colon)), *number};
    return std::nullopt;
  }
  }
  return std::nullopt;
}

/// The shortest form that says everything: the first page of a category is the category.
bool suits(const id_form& f, const request& r) {
  if (f.what != r.what)
    return false;
  switch (f.has) {
  case form::nothing:
  case form::subject:
    return r.number == 0;
  case form::number:
  case form::subject_and_number:
    return true;
  }
  return false;
}

} // namespace

std::string to_reply_id(const request& r) {
  for (const auto& f : forms) {
    if (!suits(f, r))
      continue;
    std::string id(f.prefix);
    if (f.has == form::subject || f.has == form::subject_and_number)
      id += r.subject;
    if (f.has == form::subject_and_number)
      id += ':';
    if (f.has == form::number || f.has == form::subject_and_number)
      id += std::to_string(r.number);
    return id;
  }
  return {};
}

std::optional<request> parse_reply_id(std::string_view id) {
  for (const auto& f : forms)
    if (id.starts_with(f.prefix))
      if (auto read = read_rest(f, id.substr(f.prefix.size())))
        return read;
  return std::nullopt;
}

} // namespace wakala::commerce::storefront
