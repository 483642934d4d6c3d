#include "payments/daraja_answers.hpp"

#include "runtime/core/encoding.hpp"

#include "payments/json_values.hpp"

namespace wakala::payments {

std::string daraja_basic(const daraja_account& keys) {
  return "Basic " + to_base64(as_span(keys.consumer_key + ':' + keys.consumer_secret));
}

daraja_token_answer read_daraja_token(int status, std::string_view body) {
  daraja_token_answer out;
  if (status >= 400 && status < 500 && status != 408 && status != 429) {
    out.what = call_outcome::config_problem;
    return out;
  }
  const auto parsed = parse_object(body);
  if (status != 200 || !parsed)
    return out;
  const auto life = number_of(*parsed, "expires_in"); // a text, of all things
  out.token.value = text_of(*parsed, "access_token");
  if (out.token.value.empty() || !life || *life <= 0)
    return out;
  out.token.life = std::chrono::seconds{*life};
  out.what = call_outcome::accepted;
  return out;
}

daraja_verdict read_daraja_verdict(int status, std::string_view body) {
  daraja_verdict out;
  const auto parsed = parse_object(body);
  if (parsed) {
    out.request_id = text_of(*parsed, "requestId");
    out.code = text_of(*parsed, "errorCode");
    out.text = text_of(*parsed, "errorMessage");
  }
  if (status >= 200 && status < 300) {
    if (!parsed)
      return out; // a success nobody can read
    const auto code = text_of(*parsed, "ResponseCode");
    if (code.empty())
      return out;
    out.what = code.find_first_not_of('0') == std::string::npos ? call_outcome::accepted : call_outcome::refused;
    out.code = code;
    out.text = text_of(*parsed, "ResponseDescription");
    return out;
  }
  out.token_refused = status == 401 || out.code.starts_with("401.") || out.code == "404.001.03";
  if (out.token_refused || status == 403 || (status == 404 && !out.code.starts_with("400.")))
    out.what = call_outcome::config_problem;
  else if (status == 429)
    out.what = call_outcome::retry_later;
  else if (status >= 400 && status < 500 && status != 408)
    out.what = call_outcome::refused;
  return out; // 408, 5xx and what is no answer at all: ambiguous
}

} // namespace wakala::payments
