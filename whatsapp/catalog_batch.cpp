#include "whatsapp/catalog_batch.hpp"

#include "whatsapp/request_reader.hpp"
#include "whatsapp/request_writer.hpp"

namespace wakala::whatsapp {

using nlohmann::json;

template <class Archive>
void describe(Archive& a, field<Archive, catalog_image>& m) {
  a.required("url", m.url);
}

template <class Archive>
void describe(Archive& a, field<Archive, catalog_item>& m) {
  a.required("id", m.id);
  a.optional("title", m.title);
  a.optional("description", m.description);
  a.optional("availability", m.availability);
  a.optional("condition", m.condition);
  a.optional("price", m.price);
  a.optional("sale_price", m.sale_price);
  a.optional("sale_price_effective_date", m.sale_price_effective_date);
  a.optional("link", m.link);
  a.optional("image_link", m.image_link);
  a.optional("image", m.image);
  a.optional("additional_image_link", m.additional_image_link);
  a.optional("brand", m.brand);
  a.optional("google_product_category", m.google_product_category);
  a.optional("item_group_id", m.item_group_id);
  a.optional("size", m.size);
  a.optional("color", m.color);
  a.optional("material", m.material);
  a.optional("pattern", m.pattern);
}

template <class Archive>
void describe(Archive& a, field<Archive, catalog_change>& m) {
  a.word("method", m.method, word_list<3>{"CREATE", "UPDATE", "DELETE"});
  a.required("data", m.data);
}

template <class Archive>
void describe(Archive& a, field<Archive, catalog_batch>& m) {
  a.required("item_type", m.item_type);
  a.optional("allow_upsert", m.allow_upsert);
  a.required("requests", m.requests);
}

json to_request(const catalog_batch& batch) {
  auto body = json::object();
  request_writer out(body);
  describe(out, batch);
  return body;
}

result<catalog_batch> parse_catalog_batch(const json& body) {
  reading whole;
  return read_whole<catalog_batch>(body, "a batch", whole);
}

} // namespace wakala::whatsapp
