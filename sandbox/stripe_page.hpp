/// \file
/// The page that a shopper pays on. Plain HTML, no script. Internal to the payment stand-ins.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::sandbox {

/// `done`: what the shopper just did, empty when nothing.
std::string stripe_pay_page(const nlohmann::ordered_json& session, std::string_view done);
std::string stripe_closed_page();
/// A whole page around `body`.
std::string framed_page(std::string_view body);
/// Text that is no markup.
std::string escaped_html(std::string_view text);
/// Nothing of the page is code, and it sends its forms nowhere else.
std::vector<std::pair<std::string, std::string>> page_headers();

} // namespace wakala::sandbox
