#include "actors/config/payment_config.hpp"

#include "actors/config/form_checks.hpp"
#include "runtime/core/money.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::size_t text_max = 512;
constexpr std::size_t secret_max = 4'096; // a sealed credential of Daraja has some 350
constexpr std::int64_t shillings_most = 10'000'000;

/// Reads members of one object, and remembers the first that is wrong.
class reader {
public:
  reader(const json& form, std::string where) : form_(form), where_(std::move(where)) {}

  void text(const char* key, std::string& into) {
    if (const auto* value = find(key); value != nullptr) {
      if (!value->is_string() || value->get_ref<const std::string&>().size() > text_max)
        return fail(key, "must be text of at most " + std::to_string(text_max) + " bytes");
      into = value->get<std::string>();
    }
  }
  void secret(const char* key, std::string& into, const std::string* before) {
    const auto* const value = find(key);
    if (value == nullptr)
      return;
    if (value->is_object()) {
      if (value->value("set", false) && before != nullptr)
        into = *before;
      return;
    }
    if (!value->is_string() || value->get_ref<const std::string&>().size() > secret_max)
      return fail(key, R"(must be text, or {"set":true} to keep the present one)");
    into = value->get<std::string>();
  }
  void address(const char* key, std::string& into) {
    text(key, into);
    if (!into.empty() && !into.starts_with("https://") && !into.starts_with("http://"))
      fail(key, "must be a web address");
  }
  void digits(const char* key, std::string& into) {
    text(key, into);
    if (into.find_first_not_of("0123456789") != std::string::npos)
      fail(key, "must be digits");
  }
  void need(const char* key, const std::string& value) {
    if (value.empty())
      fail(key, "must not be empty");
  }
  void fail(const char* key, std::string why) {
    if (!wrong_)
      wrong_ = bad_member(where_ + "/" + key, std::move(why));
  }
  const json* find(const char* key) const {
    const auto at = form_.find(key);
    return at == form_.end() ? nullptr : &*at;
  }
  const std::optional<error>& wrong() const { return wrong_; }

private:
  const json& form_;
  std::string where_;
  std::optional<error> wrong_;
};

result<stripe_shop> parse_stripe(const json& form, const stripe_shop* before) {
  const std::string where = "/payments/stripe";
  if (auto r = only_members(form, where,
                            {"secret_key", "webhook_secret", "webhook_secret_before", "on_behalf_of", "form",
                             "success_url", "cancel_url"});
      !r)
    return r.error();
  stripe_shop shop;
  reader in(form, where);
  in.secret("secret_key", shop.keys.secret_key, before == nullptr ? nullptr : &before->keys.secret_key);
  in.secret("webhook_secret", shop.webhook_secret, before == nullptr ? nullptr : &before->webhook_secret);
  in.secret("webhook_secret_before", shop.webhook_secret_before,
            before == nullptr ? nullptr : &before->webhook_secret_before);
  in.text("on_behalf_of", shop.keys.on_behalf_of);
  std::string as = "page";
  in.text("form", as);
  if (as != "page" && as != "link")
    in.fail("form", "must be page or link");
  shop.as_link = as == "link";
  in.address("success_url", shop.success_url);
  in.address("cancel_url", shop.cancel_url);
  in.need("secret_key", shop.keys.secret_key);
  in.need("webhook_secret", shop.webhook_secret); // else anybody could say that an order is paid
  if (in.wrong())
    return *in.wrong();
  return shop;
}

result<mpesa_shop> parse_mpesa(const json& form, const mpesa_shop* before, std::string_view currency) {
  const std::string where = "/payments/mpesa";
  if (auto r = only_members(form, where,
                            {"consumer_key", "consumer_secret", "short_code", "passkey", "till", "rounding",
                             "shillings_max", "confirm_from", "initiator", "initiator_credential"});
      !r)
    return r.error();
  if (currency != "KES")
    return bad_member(where, "takes Kenyan shillings only, and the tenant's currency is " + std::string(currency));
  mpesa_shop shop;
  reader in(form, where);
  in.secret("consumer_key", shop.app.consumer_key, before == nullptr ? nullptr : &before->app.consumer_key);
  in.secret("consumer_secret", shop.app.consumer_secret, before == nullptr ? nullptr : &before->app.consumer_secret);
  in.secret("passkey", shop.shop.passkey, before == nullptr ? nullptr : &before->shop.passkey);
  in.digits("short_code", shop.shop.short_code);
  in.digits("till", shop.shop.till);
  in.text("initiator", shop.initiator);
  in.secret("initiator_credential", shop.initiator_credential,
            before == nullptr ? nullptr : &before->initiator_credential);
  auto rule = std::string(to_string(shop.rule));
  in.text("rounding", rule);
  if (const auto known = rounding_from(rule))
    shop.rule = *known;
  else
    in.fail("rounding", "must be nearest, down or up");
  if (const auto* most = in.find("shillings_max"); most != nullptr) {
    if (most->is_number_integer() && *most >= 1 && *most <= shillings_most)
      shop.shillings_max = most->get<std::int64_t>();
    else
      in.fail("shillings_max", "must be a whole number from 1 to " + std::to_string(shillings_most));
  }
  std::string from;
  in.text("confirm_from", from);
  if (!from.empty()) {
    const auto amount = parse_money(from, "KES");
    if (amount && amount->minor >= 0)
      shop.confirm_from = amount->minor;
    else
      in.fail("confirm_from", R"(must be decimal text such as "5000.00")");
  }
  in.need("consumer_key", shop.app.consumer_key);
  in.need("consumer_secret", shop.app.consumer_secret);
  in.need("short_code", shop.shop.short_code);
  in.need("passkey", shop.shop.passkey);
  if (shop.initiator.empty() != shop.initiator_credential.empty())
    in.fail(shop.initiator.empty() ? "initiator" : "initiator_credential", "is needed with the other");
  if (in.wrong())
    return *in.wrong();
  return shop;
}

} // namespace

result<payment_settings> parse_payments(const json& form, const payment_settings* before, std::string_view currency) {
  if (auto r = only_members(form, "/payments", {"stripe", "mpesa", "gives_back"}); !r)
    return r.error();
  payment_settings payments;
  if (const auto at = form.find("stripe"); at != form.end()) {
    auto shop = parse_stripe(*at, before != nullptr && before->stripe ? &*before->stripe : nullptr);
    if (!shop)
      return shop.error();
    payments.stripe = std::move(*shop);
  }
  if (const auto at = form.find("mpesa"); at != form.end()) {
    auto shop = parse_mpesa(*at, before != nullptr && before->mpesa ? &*before->mpesa : nullptr, currency);
    if (!shop)
      return shop.error();
    payments.mpesa = std::move(*shop);
  }
  if (const auto at = form.find("gives_back"); at != form.end()) {
    if (!at->is_boolean())
      return bad_member("/payments/gives_back", "must be true or false");
    payments.gives_back = at->get<bool>();
  }
  return payments;
}

json payments_form(const payment_settings& payments, bool with_secrets) {
  auto form = json::object();
  const auto secret = [&](const std::string& value) {
    return with_secrets ? json(value) : json{{"set", !value.empty()}};
  };
  const auto put = [](json& into, const char* key, const std::string& value) {
    if (!value.empty())
      into[key] = value;
  };
  if (const auto& s = payments.stripe) {
    auto& to = form["stripe"];
    to = {{"secret_key", secret(s->keys.secret_key)},
          {"webhook_secret", secret(s->webhook_secret)},
          {"webhook_secret_before", secret(s->webhook_secret_before)},
          {"form", s->as_link ? "link" : "page"}};
    put(to, "on_behalf_of", s->keys.on_behalf_of);
    put(to, "success_url", s->success_url);
    put(to, "cancel_url", s->cancel_url);
  }
  if (const auto& m = payments.mpesa) {
    auto& to = form["mpesa"];
    to = {{"consumer_key", secret(m->app.consumer_key)},
          {"consumer_secret", secret(m->app.consumer_secret)},
          {"passkey", secret(m->shop.passkey)},
          {"short_code", m->shop.short_code},
          {"rounding", to_string(m->rule)},
          {"shillings_max", m->shillings_max},
          {"confirm_from", decimal_text({m->confirm_from, "KES"})}};
    put(to, "till", m->shop.till);
    put(to, "initiator", m->initiator);
    if (m->can_reverse())
      to["initiator_credential"] = secret(m->initiator_credential);
  }
  if (!payments.gives_back)
    form["gives_back"] = false;
  return form;
}

} // namespace wakala::actors
