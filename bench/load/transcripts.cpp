#include "bench/load/transcripts.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <mutex>
#include <thread>

namespace wakala::bench {

namespace {

using nlohmann::json;

constexpr std::string_view page_query = "/messages?limit=500";

/// Picks the few members that are looked at, without building the document: a large run has gigabytes of transcripts.
class page_reader final : public nlohmann::json_sax<json> {
public:
  transcript_page page;
  bool has_messages = false;

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t value) override { return number_unsigned(static_cast<std::uint64_t>(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (depth_ == message_depth && key_ == "position")
      page.lines.back().position = value;
    return true;
  }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t& value) override {
    if (depth_ == 1 && key_ == "next")
      page.next = std::move(value);
    if (depth_ != message_depth)
      return true;
    auto& line = page.lines.back();
    if (key_ == "id")
      line.id = std::move(value);
    else if (key_ == "wamid")
      line.wamid = std::move(value);
    else if (key_ == "status")
      line.status = std::move(value);
    else if (key_ == "direction")
      line.inbound = value == "in";
    return true;
  }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    if (++depth_ == message_depth)
      page.lines.emplace_back();
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    has_messages = has_messages || (depth_ == 1 && key_ == "messages");
    ++depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(string_t& value) override {
    key_ = std::move(value);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

private:
  static constexpr int message_depth = 3; ///< the page, its array, one message

  int depth_ = 0;
  std::string key_;
};

} // namespace

result<transcript_page> parse_transcript_page(std::string_view text) {
  page_reader reader;
  if (!json::sax_parse(text, &reader) || !reader.has_messages)
    return make_error(errc::corrupt, "the node's page of messages cannot be read");
  return std::move(reader.page);
}

result<std::vector<transcript_line>> read_transcript(admin_client& node, const std::string& tenant,
                                                     const std::string& contact) {
  const auto path = "/v1/tenants/" + tenant + "/conversations/" + contact + std::string(page_query);
  std::vector<transcript_line> all;
  std::string after;
  while (true) {
    const auto text = node.get(after.empty() ? path : path + "&after=" + after);
    if (!text) {
      if (text.error().code == errc::not_found)
        return all;
      return text.error();
    }
    auto page = parse_transcript_page(*text);
    if (!page)
      return page.error();
    std::move(page->lines.begin(), page->lines.end(), std::back_inserter(all));
    if (page->next.empty())
      return all;
    if (page->next == after)
      return make_error(errc::corrupt, "the node's pages of messages do not end");
    after = std::move(page->next);
  }
}

result<check_summary> check_all(const admin_access& node, const population& who, const ledger& book,
                                const check_rules& rules, unsigned connections,
                                const std::function<void(std::size_t, std::size_t)>& told) {
  std::vector<std::uint32_t> asked;
  for (std::uint32_t c = 0; c < book.conversations(); ++c)
    if (book.has_messages(c))
      asked.push_back(c);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  std::mutex mutex;
  check_summary all;
  error why;
  const auto work = [&] {
    check_summary mine;
    const auto give_up = [&](const error& reason) {
      const std::lock_guard lock(mutex);
      failed = true;
      why = reason;
    };
    auto client = admin_client::connect_to(node);
    if (!client)
      return give_up(client.error());
    while (!failed) {
      const auto i = next++;
      if (i >= asked.size())
        break;
      const auto c = asked[i];
      const auto lines = read_transcript(*client, who.shop_of(c).id, phone_of(c));
      if (!lines)
        return give_up(lines.error());
      check_conversation(book, rules, c, *lines, mine);
      if (told && i % 256 == 0) {
        const std::lock_guard lock(mutex);
        told(i, asked.size());
      }
    }
    const std::lock_guard lock(mutex);
    all.merge(mine);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < connections; ++i)
    threads.emplace_back(work);
  for (auto& thread : threads)
    thread.join();
  if (failed)
    return why;
  return all;
}

} // namespace wakala::bench
