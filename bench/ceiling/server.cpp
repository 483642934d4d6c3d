#include "bench/ceiling/server.hpp"

#include "bench/ceiling/lane.hpp"
#include "persistence/sqlite/sqlite_store.hpp"

#include <thread>

namespace wakala::bench::ceiling {

namespace {

class lanes_server final : public server {
public:
  explicit lanes_server(const server_options& options) : options_(options), signatures_(options.secret) {}

  ~lanes_server() override {
    for (auto& one : lanes_)
      one->stop();
    for (auto& thread : threads_)
      thread.join();
    journal_.reset(); // its last batch may still name lanes
  }

  result<void> start() {
    auto store = persistence::open_sqlite_store({options_.store_path, options_.shards, 1});
    if (!store)
      return store.error();
    auto journal =
        group_journal::open(std::move(*store), [this](const auto& batch, bool good) { spread(batch, good); });
    if (!journal)
      return journal.error();
    journal_ = std::move(*journal);
    port_ = options_.listen.port;
    for (std::size_t i = 0; i < options_.threads; ++i) {
      lanes_.push_back(std::make_unique<lane>(i, lane_parts{journal_.get(), &signatures_, &clock_}));
      const auto port = lanes_.back()->listen(options_.listen.host, port_);
      if (!port)
        return port.error();
      port_ = *port; // a free one was asked for: the others share it
    }
    for (auto& one : lanes_)
      threads_.emplace_back([&one] { one->run(); });
    return {};
  }

  std::string url() const override {
    const auto& host = options_.listen.host;
    return "http://" + (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port_);
  }
  journal_counts counts() const override { return journal_->counts(); }

private:
  /// On the journal's thread: each lane gets its part of a batch at once.
  void spread(const std::vector<group_journal::ticket>& batch, bool good) {
    std::vector<std::vector<std::uint32_t>> slots(lanes_.size());
    for (const auto ticket : batch) {
      const auto [lane, slot] = lane_ticket::unpacked(ticket);
      slots[lane].push_back(slot);
    }
    for (std::size_t i = 0; i < slots.size(); ++i)
      if (!slots[i].empty())
        lanes_[i]->written(std::move(slots[i]), good);
  }

  const server_options options_;
  const signature_checker signatures_;
  const system_clock_source clock_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<lane>> lanes_;
  std::unique_ptr<group_journal> journal_;
  std::vector<std::thread> threads_;
};

} // namespace

result<std::unique_ptr<server>> server::start(const server_options& options) {
  if (options.threads == 0 || options.threads > 256)
    return make_error(errc::invalid_argument, "must be 1 to 256", "--threads");
  auto made = std::make_unique<lanes_server>(options);
  auto started = made->start();
  if (!started)
    return started.error();
  return std::unique_ptr<server>(std::move(made));
}

} // namespace wakala::bench::ceiling
