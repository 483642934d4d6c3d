/// \file
/// The Graph API's calls for files (Cloud API reference §17).
#pragma once

#include "http/core/client.hpp"
#include "http/core/url.hpp"
#include "runtime/core/node_config.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace wakala::http {

/// What Meta says about a file. The URL is good for five minutes.
struct media_facts {
  std::string url;
  std::string mime_type; ///< as it came
  std::string sha256;    ///< lower-case hexadecimal; empty when it came in another form
  std::uint64_t bytes = 0;
};

/// `invalid_argument` when the body is no description of a file.
result<media_facts> read_media_facts(std::string_view body);

/// Whether the tenant's token may be shown there: the Graph API's own address, or Meta's hosts for files over https.
bool may_fetch_from(const url& file, const url& graph);

/// Neither tokens, numbers nor contents are ever logged, and no error repeats them. `done` runs once, on an I/O
/// thread. Any thread.
///
/// Errors of all calls: `not_found` for what Meta does not know, `conflict` when it refuses the tenant's token,
/// `invalid_argument` when it refuses the file, `overloaded` and `unavailable` for what may be tried again.
class media_graph {
public:
  media_graph(io_runtime& io, const meta_config& meta, std::chrono::milliseconds graph_timeout);
  /// Cuts what is under way; its `done` runs before this returns.
  ~media_graph() = default;

  /// A number and the token that may act for it.
  struct access {
    std::string phone_number_id;
    std::string token;
  };

  void describe(const access& as, const std::string& id, std::function<void(result<media_facts>)> done);
  /// Follows no redirect and stops reading when more comes than the facts promise and a refusal could have:
  /// `invalid_argument` with the field `/size`. `not_found`: the URL's time is over.
  void download(const access& as, const media_facts& file, std::function<void(result<std::string>)> done);
  /// The id of the new medium. `boundary` must not occur in the content.
  void upload(const access& as, const std::string& mime_type, const std::string& filename, std::string_view content,
              std::string_view boundary, std::function<void(result<std::string>)> done);

private:
  std::string base_; ///< with the version, ends with '/'
  url graph_;
  client client_;
};

} // namespace wakala::http
