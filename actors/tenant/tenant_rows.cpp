// Sealed rows of the tenant, page by page.
#include "actors/records/conversation_records.hpp"
#include "actors/tenant/row_list.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/encoding.hpp"

namespace wakala::actors {

namespace {

constexpr std::size_t rows_at_once = 1'000;

} // namespace

void tenant::load_rows(persistence::table where, bytes prefix,
                       std::function<bool(const bytes&, const result<std::string>&)> take, std::function<void()> then,
                       bytes after) {
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = where;
  query.prefix = prefix;
  query.after = std::move(after);
  query.limit = rows_at_once;
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .await(
          [this, where, prefix, take, then](const runtime::range_answer& answer) {
            if (!answer.value)
              return self_->quit(caf::sec::runtime_error);
            const auto& entry = *context_->entry;
            for (const auto& row : *answer.value)
              if (!take(row.key, entry.keys->data.open(associated_data(entry.config.id, where, row.key), row.value)))
                return self_->quit(caf::sec::runtime_error);
            if (answer.value->size() == rows_at_once)
              return load_rows(where, prefix, take, then, answer.value->back().key);
            if (then)
              then();
          },
          [this](const caf::error&) { self_->quit(caf::sec::runtime_error); });
}

void tenant::list_rows(persistence::range_query query,
                       std::function<result<void>(nlohmann::json&, std::string_view)> show,
                       std::function<void(result<row_list>)> then) {
  const auto where = query.where;
  const auto limit = query.limit;
  const auto prefix = query.prefix.size();
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, where, limit, prefix, show, then](const runtime::range_answer& answer) {
            if (!answer.value)
              return then(answer.why);
            const auto& entry = *context_->entry;
            row_list found;
            for (const auto& row : *answer.value) {
              const auto text = entry.keys->data.open(associated_data(entry.config.id, where, row.key), row.value);
              if (!text)
                return then(text.error());
              if (auto shown = show(found.rows, *text); !shown)
                return then(shown.error());
            }
            if (answer.value->size() == limit)
              found.next = to_hex(as_span(std::string_view(answer.value->back().key).substr(prefix)));
            then(std::move(found));
          },
          [then](const caf::error&) { then(make_error(errc::unavailable, "the store did not answer")); });
}

} // namespace wakala::actors
