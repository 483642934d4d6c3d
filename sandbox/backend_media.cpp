// Media calls, and the one path that names numbers and media alike.
#include "runtime/core/encoding.hpp"
#include "sandbox/backend.hpp"
#include "sandbox/request_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <array>
#include <charconv>

namespace wakala::sandbox {

namespace {

constexpr time_ms media_url_ms = 5 * 60 * ms_per_second;

std::string sha256_hex(std::string_view data) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return to_hex({digest.data(), size});
}

} // namespace

graph_answer backend::upload(std::string_view phone_number_id, std::string_view bearer, std::string_view content_type,
                             std::string_view body) {
  const auto* number = number_for(phone_number_id);
  if (!number)
    return refuse_unknown_object("post", phone_number_id, ids_.trace_id());
  if (!may(*number, bearer))
    return refuse_token(ids_.trace_id());
  auto form = parse_form(content_type, body);
  if (!form)
    return refuse(100, form.error().what, ids_.trace_id());
  std::string product;
  std::string type;
  form_part* file = nullptr;
  for (auto& part : *form) {
    if (part.name == "messaging_product")
      product = part.data;
    else if (part.name == "type")
      type = part.data;
    else if (part.name == "file")
      file = &part;
  }
  if (product != "whatsapp")
    return refuse(100, "The parameter messaging_product is required.", ids_.trace_id());
  if (!file)
    return refuse(100, "The parameter file is required.", ids_.trace_id());
  const auto mime = type.find('/') != std::string::npos ? type : file->content_type;
  const auto limit = media_limit(mime);
  if (!limit)
    return refuse(
        100,
        fmt::format("Param file must be a file with one of the supported types. Received file of type '{}'.",
                    to_valid_utf8(mime)),
        ids_.trace_id());
  if (file->data.empty() || file->data.size() > *limit)
    return refuse(131053, fmt::format("File size {} is not within 1 to {} bytes.", file->data.size(), *limit),
                  ids_.trace_id());
  medium kept{ids_.media_id(), number->id, mime, sha256_hex(file->data), std::move(file->data), clock_->now()};
  const auto answer = dump({{"id", kept.id}});
  media_.put(std::move(kept));
  return {200, answer, 0, {}};
}

graph_answer backend::describe(std::string_view id, std::string_view bearer, std::string_view only_for_number,
                               std::string_view base_url) {
  if (held_.numbers.find(id)) {
    graph_call call;
    call.method = "GET";
    call.id = id;
    call.bearer = bearer;
    if (auto outcome = manage(call))
      return std::move(outcome->answer);
  }
  const auto* file = media_.find(std::string{id}, clock_->now());
  if (!file || (!only_for_number.empty() && only_for_number != file->phone_number_id))
    return refuse_unknown_object("get", id, ids_.trace_id());
  const auto* number = held_.numbers.find(file->phone_number_id);
  if (bearer.empty() || (number && !may(*number, bearer)))
    return refuse_token(ids_.trace_id());
  const auto expires = std::to_string(clock_->now() + media_url_ms);
  const auto ticket = sha256_hex(fmt::format("{}|{}|{}", options_.seed, id, expires)).substr(0, 32);
  return {200,
          dump({{"url", fmt::format("{}/_media/{}?ext={}&hash={}", base_url, id, expires, ticket)},
                {"mime_type", file->mime_type},
                {"sha256", file->sha256},
                {"file_size", file->data.size()},
                {"id", file->id},
                {"messaging_product", "whatsapp"}}),
          0,
          {}};
}

backend::download backend::fetch(std::string_view id, std::string_view bearer, std::string_view expires,
                                 std::string_view ticket) {
  const auto* file = media_.find(std::string{id}, clock_->now());
  time_ms until = 0;
  std::from_chars(expires.data(), expires.data() + expires.size(), until);
  const auto expected = sha256_hex(fmt::format("{}|{}|{}", options_.seed, id, expires)).substr(0, 32);
  if (!file || ticket != expected || until < clock_->now())
    return {404, {}, {}};
  const auto* number = held_.numbers.find(file->phone_number_id);
  if (bearer.empty() || (number && !may(*number, bearer)))
    return {401, {}, {}};
  return {200, file->mime_type, file->data};
}

graph_answer backend::remove(std::string_view id, std::string_view bearer) {
  const auto* file = media_.find(std::string{id}, clock_->now());
  if (!file)
    return refuse_unknown_object("delete", id, ids_.trace_id());
  const auto* number = held_.numbers.find(file->phone_number_id);
  if (bearer.empty() || (number && !may(*number, bearer)))
    return refuse_token(ids_.trace_id());
  media_.erase(std::string{id});
  return {200, R"({"success":true})", 0, {}};
}

} // namespace wakala::sandbox
