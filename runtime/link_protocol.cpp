#include "runtime/link_protocol.hpp"

#include "runtime/core/codec.hpp"

#include <algorithm>

namespace wakala::runtime {

namespace {

constexpr std::uint8_t form = 1;

} // namespace

bytes pack(const link_hello& hello) {
  encoder out(form);
  out.number(hello.protocol);
  out.number(hello.oldest);
  out.number(hello.cluster_id);
  out.text(hello.node);
  out.number(hello.incarnation);
  out.text(hello.version);
  return out.take();
}

result<link_hello> unpack_hello(std::string_view from) {
  decoder in(from);
  link_hello hello;
  if (in.form() == form) {
    hello.protocol = in.number32();
    hello.oldest = in.number32();
    hello.cluster_id = in.number();
    hello.node = in.text();
    hello.incarnation = in.number();
    hello.version = in.text(); // what a later version says beyond this is not for us
  }
  if (!in.good() || in.form() != form)
    return make_error(errc::corrupt, "the greeting cannot be read");
  return hello;
}

result<std::uint32_t> agree(const link_hello& ours, const link_hello& theirs) {
  if (ours.cluster_id != theirs.cluster_id)
    return make_error(errc::conflict, "belongs to another cluster");
  const auto both = std::min(ours.protocol, theirs.protocol);
  if (both < ours.oldest || both < theirs.oldest)
    return make_error(errc::conflict, "speaks protocols " + std::to_string(theirs.oldest) + " to " +
                                          std::to_string(theirs.protocol) + ", and we " +
                                          std::to_string(ours.oldest) + " to " + std::to_string(ours.protocol));
  return both;
}

} // namespace wakala::runtime
