// The shop's books at the tenant's home: stock, orders and money. One change is written after the other, and known
// here only when it is written, so that what is planned on is never more than what is on disk.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/book_plan.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/row_list.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "persistence/digest.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wakala::actors {

using commerce::placed_order;
using nlohmann::json;
using persistence::table;

namespace {

constexpr std::chrono::seconds shelf_pause{1};

bytes hold_key(const placed_order& o) { return from_hex(o.id).value_or(bytes{}); }

json entry_json(const commerce::ledger_entry& e) {
  auto postings = json::array();
  for (const auto& p : e.postings)
    postings.push_back({{"account", p.account}, {"amount", decimal_text({p.minor, e.currency})}});
  return {{"at", to_rfc3339(e.at)},   {"what", e.what},         {"order_code", e.order_code},
          {"reference", e.reference}, {"currency", e.currency}, {"postings", std::move(postings)}};
}

} // namespace

void tenant::with_books(std::function<void()> work) {
  book_work_.push_back(std::move(work));
  if (book_work_.size() == 1)
    book_work_.front()();
}

void tenant::books_free() {
  book_work_.pop_front();
  if (!book_work_.empty()) // not from within: the work before may be on the stack
    self_->send(self_, deferred{[this] { book_work_.front()(); }});
}

result<void> tenant::add_change(book_plan& plan, const commerce::order_change& change) const {
  const auto& o = change.order;
  const auto key = order_key(o);
  if (const auto* live = book_.live(o.id); live != nullptr && !commerce::is_final(o.state)) {
    const auto other = order_key(*live);
    const auto planned = plan.orders.find(other);
    const bool is_over = planned != plan.orders.end() && commerce::is_final(planned->second.state);
    if (other != key && !is_over)
      return make_error(errc::conflict, "another order of the same cart is under way: " + live->code);
  }
  if (change.booked)
    if (auto added = add_entry(plan, *change.booked); !added)
      return added;
  for (const auto& [product_id, pieces] : book_.sold_with(change, *put_shelf_)) {
    const auto before = book_.sold(product_id);
    plan.sold.try_emplace(product_id, before).first->second += pieces - before;
  }
  if (change.is_news)
    plan.news.insert_or_assign(news_key(o), news_at(o, o.history.back().at));
  if (context_->entry->config.webhook.is_on())
    for (auto& note : hook_notes_of(change))
      plan.hooks.push_back(std::move(note));
  plan.orders.insert_or_assign(key, o);
  return {};
}

result<void> tenant::add_entry(book_plan& plan, const commerce::ledger_entry& entry) const {
  if (auto added = plan.sums.add(entry); !added)
    return added;
  plan.entries.push_back(entry);
  return {};
}

result<placed_order> tenant::add_payment(book_plan& plan, const placed_order& order,
                                         const commerce::payment& what) const {
  const auto now = context_->node->clock->now();
  auto before = order;
  const bool can_be_had = book_.short_of(before.lines, *put_shelf_, now).empty();
  if (before.state == commerce::order_state::awaiting_payment &&
      before.kept_until <= now) { // although nobody has looked
    const auto lapsed = commerce::moved(before, commerce::order_move::expire, {}, now);
    if (!lapsed)
      return lapsed.error();
    if (auto added = add_change(plan, *lapsed); !added)
      return added.error();
    before = lapsed->order;
  }
  const auto change = commerce::paid(before, what, can_be_had, now);
  if (!change)
    return change.error();
  if (auto added = add_change(plan, *change); !added)
    return added.error();
  return change->order;
}

bytes tenant::receipt_row(std::string_view method, std::string_view receipt) const {
  return receipt_prefix +
         to_hex(persistence::keyed_hash(context_->entry->keys->lookup, {"receipt", method, receipt}));
}

persistence::record tenant::receipt_record(std::string_view method, std::string_view receipt,
                                           std::string_view whose) const {
  const auto& entry = *context_->entry;
  return sealed_record(entry.keys->data, entry.config.id, table::tenant_entity, receipt_row(method, receipt), whose,
                       *context_->node->random);
}

void tenant::write_books(book_plan plan, std::function<void(const error*)> then) {
  const auto& entry = *context_->entry;
  commit_request request;
  request.tenant = entry.config.id;
  auto& rows = request.drafts.emplace_back().business;
  const auto put = [&](table where, bytes key, std::string_view text) {
    rows.push_back(
        sealed_record(entry.keys->data, entry.config.id, where, std::move(key), text, *context_->node->random));
  };
  const auto is_the_live_one = [this](const bytes& key, const placed_order& o) {
    const auto* live = book_.live(o.id);
    return live == nullptr || order_key(*live) == key;
  };
  for (const auto& [key, o] : plan.orders) { // in the order of time: a cart's later order comes after its earlier one
    put(table::order, key, commerce::to_text(o));
    if (!commerce::is_final(o.state))
      put(table::stock_hold, hold_key(o), commerce::to_text(o));
    else if (is_the_live_one(key, o))
      rows.push_back(erased_record(table::stock_hold, hold_key(o)));
  }
  for (const auto& [product_id, pieces] : plan.sold)
    if (pieces == 0)
      rows.push_back(erased_record(table::tenant_entity, stock_prefix + product_id));
    else
      put(table::tenant_entity, stock_prefix + product_id, std::to_string(pieces));
  for (const auto& e : plan.entries) {
    auto key = ledger_prefix;
    append_u64(key, static_cast<std::uint64_t>(e.at));
    append_u64(key, context_->node->random->next_u64());
    put(table::tenant_entity, std::move(key), commerce::to_text(e));
  }
  if (!plan.entries.empty())
    put(table::tenant_entity, balances_key, commerce::to_text(plan.sums));
  for (const auto& [key, item] : plan.news)
    rows.push_back(news_record(key, item));
  desk_->add_rows(plan, rows);
  put_home_timer(plan, rows);
  add_hook_rows(plan, rows);
  std::move(plan.more.begin(), plan.more.end(), std::back_inserter(rows));
  const auto written = [this, plan, then, is_the_live_one] {
    for (const auto& [key, o] : plan.orders)
      if (!commerce::is_final(o.state) || is_the_live_one(key, o))
        book_.apply(o, {});
    for (const auto& [product_id, pieces] : plan.sold)
      book_.set_sold(product_id, pieces);
    balances_ = plan.sums;
    for (const auto& [key, item] : plan.news)
      news_.insert_or_assign(key, item);
    hooks_written(plan);
    if (!plan.sold.empty() && !std::exchange(is_shelf_stale_, true))
      after(shelf_pause, [this] { show_shelf(); });
    desk_->written(plan);
    then(nullptr);
    books_free();
    tell_news();
  };
  const auto refused = [this, then](const error& why) {
    home_timer_ = 0; // it was not written
    then(&why);
    books_free();
  };
  // Late is not unknown: it answers everything. When it is unknown whether it was written, the shard is opened anew,
  // and we with it.
  self_->request(context_->supervisor, caf::infinite, std::move(request))
      .then(
          [written, refused](const commit_answer& answer) {
            if (answer.committed)
              written();
            else
              refused(answer.why);
          },
          [refused](const caf::error&) { refused(make_error(errc::unavailable, "the shard did not answer")); });
}

// -- the shelf ------------------------------------------------------------

void tenant::load_stock() {
  const auto fresh = std::make_shared<std::map<std::string, std::int64_t>>();
  load_rows(
      table::tenant_entity, stock_prefix,
      [this, fresh](const bytes& key, const result<std::string>& text) {
        std::int64_t pieces = 0;
        const auto* const end = text ? text->data() + text->size() : nullptr;
        if (!text || std::from_chars(text->data(), end, pieces).ptr != end) { // pieces could be sold twice
          log::error("tenant.stock_unreadable", {{"tenant", context_->entry->config.id}});
          return false;
        }
        fresh->emplace(key.substr(stock_prefix.size()), pieces);
        return true;
      },
      [this, fresh] {
        book_.forget_sold();
        for (const auto& [product_id, pieces] : *fresh)
          book_.set_sold(product_id, pieces);
        show_shelf();
      });
}

commerce::catalog_snapshot tenant::present_shelf() const {
  if (book_.all_sold().empty())
    return put_shelf_;
  auto products = put_shelf_->products();
  for (auto& p : products)
    if (p.stock)
      p.stock = std::max<std::int64_t>(*p.stock - book_.sold(p.id), 0);
  auto shelf = commerce::catalog::make(std::move(products), context_->entry->config.currency);
  return shelf ? std::make_shared<const commerce::catalog>(std::move(*shelf)) : put_shelf_;
}

void tenant::show_shelf() {
  is_shelf_stale_ = false;
  auto next = std::make_shared<tenant_context>(*context_);
  next->shelf = present_shelf();
  change_context(next);
}

// -- the books ------------------------------------------------------------

void tenant::read_balances(const std::optional<bytes>& sealed) {
  if (!sealed)
    return;
  const auto& entry = *context_->entry;
  const auto text =
      entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, balances_key), *sealed);
  auto read = text ? commerce::balances_from(*text) : result<commerce::balances>(text.error());
  if (!read) { // no entry may be added to sums that nobody knows
    log::error("tenant.books_unreadable", {{"tenant", entry.config.id}, {"why", read.error().what}});
    self_->quit(caf::sec::runtime_error);
    return;
  }
  balances_ = std::move(*read);
}

caf::response_promise tenant::list_ledger(const ledger_query& q) {
  auto promise = self_->make_response_promise();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = ledger_prefix;
  query.limit = q.limit;
  query.backwards = true;
  if (const auto after = from_hex(q.after); after && !after->empty())
    query.after = ledger_prefix + *after;
  list_rows(
      std::move(query),
      [](json& entries, std::string_view text) -> result<void> {
        const auto read = commerce::ledger_entry_from(text);
        if (!read)
          return read.error();
        entries.push_back(entry_json(*read));
        return {};
      },
      [this, promise](result<row_list> found) {
        if (!found)
          return deliver(promise, found.error());
        auto accounts = json::object();
        for (const auto& [currency, sums] : balances_.sums())
          for (const auto& [account, minor] : sums)
            accounts[currency][account] = decimal_text({minor, currency});
        deliver(promise, json{{"balances", std::move(accounts)},
                              {"entries", std::move(found->rows)},
                              {"next", std::move(found->next)}}
                             .dump());
      });
  return promise;
}

} // namespace wakala::actors
