#include "bench/load/prepared.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>

namespace wakala::bench {

namespace {

constexpr std::uint64_t batch_requests = 2'048;
constexpr std::size_t request_bytes_guess = 1'200;

} // namespace

request_writer::request_writer(const webhook_target& target, traffic& what, const body_writer& bodies)
    : key_(target.secret), what_(what), bodies_(bodies) {
  const bool is_v6 = target.host.find(':') != std::string::npos;
  head_ = "POST " + target.path + " HTTP/1.1\r\nHost: " + (is_v6 ? "[" + target.host + "]" : target.host) + ":" +
          std::to_string(target.port) +
          "\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\nContent-Type: application/json\r\n"
          "X-Hub-Signature-256: sha256=";
}

prepared_batch_ptr request_writer::write(const arrivals& when, std::uint64_t first, std::uint64_t count,
                                         std::uint64_t offset_ns) {
  auto batch = std::make_shared<prepared_batch>();
  batch->bytes.reserve(count * request_bytes_guess);
  batch->requests.reserve(count);
  for (std::uint64_t i = first; i < first + count; ++i) {
    prepared_request r;
    r.what = what_.next(offset_ns + when.intended_ns(i));
    body_.clear();
    bodies_.append(body_, r.what);
    auto& out = batch->bytes;
    r.offset = static_cast<std::uint32_t>(out.size());
    out += head_;
    out += to_hex(key_.sign(body_));
    out += "\r\nContent-Length: ";
    out += std::to_string(body_.size());
    out += "\r\n\r\n";
    out += body_;
    r.length = static_cast<std::uint32_t>(out.size()) - r.offset;
    batch->requests.push_back(r);
  }
  return batch;
}

request_source::request_source(request_writer& writer, const arrivals& when, std::uint64_t offset_ns,
                               std::size_t bytes_max)
    : writer_(writer), when_(when), offset_ns_(offset_ns), alongside_(when.count() > bytes_max / request_bytes_guess),
      ahead_max_(std::max<std::size_t>(bytes_max / request_bytes_guess / batch_requests, 4)) {}

request_source::~request_source() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

prepared_batch_ptr request_source::render_one() {
  const auto count = std::min(batch_requests, when_.count() - rendered_);
  auto batch = writer_.write(when_, rendered_, count, offset_ns_);
  rendered_ += count;
  return batch;
}

void request_source::prepare() {
  const auto limit = alongside_ ? ahead_max_ : ~std::size_t{0};
  while (rendered_ < when_.count() && ready_.size() < limit)
    ready_.push_back(render_one());
  done_ = rendered_ == when_.count();
  if (alongside_ && !done_)
    thread_ = std::thread([this] { render_alongside(); });
}

void request_source::render_alongside() {
  std::unique_lock lock(mutex_);
  while (!stop_ && !done_) {
    changed_.wait(lock, [&] { return stop_ || ready_.size() < ahead_max_; });
    if (stop_)
      return;
    lock.unlock();
    auto batch = render_one();
    lock.lock();
    ready_.push_back(std::move(batch));
    done_ = rendered_ == when_.count();
    changed_.notify_all();
  }
}

prepared_batch_ptr request_source::next() {
  std::unique_lock lock(mutex_);
  if (ready_.empty() && !done_) {
    ++waits_;
    changed_.wait(lock, [&] { return !ready_.empty() || done_; });
  }
  if (ready_.empty())
    return nullptr;
  auto batch = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return batch;
}

} // namespace wakala::bench
