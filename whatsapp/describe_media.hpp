/// \file
/// Text, media, places, contact cards and reactions, member by member (Cloud API reference §5.2, §9.2). Internal to
/// this folder.
#pragma once

#include "whatsapp/outbound.hpp"
#include "whatsapp/request_archive.hpp"

namespace wakala::whatsapp {

template <class Archive>
void describe(Archive& a, field<Archive, text_message>& m) {
  a.required("body", m.body);
  a.optional("preview_url", m.preview_url);
}

/// What all media have: the id of an upload, or a link.
template <class Archive, class Media>
void describe_source(Archive& a, Media& m) {
  a.any_of({"id", "link"});
  a.optional("id", m.id);
  a.optional("link", m.link);
}

template <class Archive>
void describe(Archive& a, field<Archive, image_message>& m) {
  describe_source(a, m);
  a.optional("caption", m.caption);
}

template <class Archive>
void describe(Archive& a, field<Archive, video_message>& m) {
  describe_source(a, m);
  a.optional("caption", m.caption);
}

template <class Archive>
void describe(Archive& a, field<Archive, audio_message>& m) {
  describe_source(a, m);
  a.optional("voice", m.voice);
}

template <class Archive>
void describe(Archive& a, field<Archive, document_message>& m) {
  describe_source(a, m);
  a.optional("filename", m.filename);
  a.optional("caption", m.caption);
}

template <class Archive>
void describe(Archive& a, field<Archive, sticker_message>& m) {
  describe_source(a, m);
}

template <class Archive>
void describe(Archive& a, field<Archive, location_message>& m) {
  a.required("latitude", m.latitude);
  a.required("longitude", m.longitude);
  a.optional("name", m.name);
  a.optional("address", m.address);
}

template <class Archive>
void describe(Archive& a, field<Archive, contact_name>& m) {
  a.required("formatted_name", m.formatted_name);
  a.optional("first_name", m.first_name);
  a.optional("last_name", m.last_name);
  a.optional("middle_name", m.middle_name);
  a.optional("suffix", m.suffix);
  a.optional("prefix", m.prefix);
}

template <class Archive>
void describe(Archive& a, field<Archive, contact_phone>& m) {
  a.optional("phone", m.phone);
  a.optional("type", m.type);
  a.optional("wa_id", m.wa_id);
}

template <class Archive>
void describe(Archive& a, field<Archive, contact_email>& m) {
  a.optional("email", m.email);
  a.optional("type", m.type);
}

template <class Archive>
void describe(Archive& a, field<Archive, contact_address>& m) {
  a.optional("street", m.street);
  a.optional("city", m.city);
  a.optional("state", m.state);
  a.optional("zip", m.zip);
  a.optional("country", m.country);
  a.optional("country_code", m.country_code);
  a.optional("type", m.type);
}

template <class Archive>
void describe(Archive& a, field<Archive, contact_organization>& m) {
  a.optional("company", m.company);
  a.optional("department", m.department);
  a.optional("title", m.title);
}

template <class Archive>
void describe(Archive& a, field<Archive, contact_url>& m) {
  a.optional("url", m.url);
  a.optional("type", m.type);
}

template <class Archive>
void describe(Archive& a, field<Archive, contact_card>& m) {
  a.required("name", m.name);
  a.optional("phones", m.phones);
  a.optional("emails", m.emails);
  a.optional("addresses", m.addresses);
  a.optional("org", m.org);
  a.optional("urls", m.urls);
  a.optional("birthday", m.birthday);
  a.optional("origin", m.origin);
  a.optional("vcard", m.vcard);
}

template <class Archive>
void describe(Archive& a, field<Archive, reaction_message>& m) {
  a.required("message_id", m.message_id);
  a.required("emoji", m.emoji);
}

} // namespace wakala::whatsapp
