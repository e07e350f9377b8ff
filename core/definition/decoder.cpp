#include "core/definition/decoder.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/definition/core_schema.hpp"
#include "core/definition/foreign_words.hpp"
#include "core/definition/scalar_place.hpp"

namespace wf {

namespace {

constexpr std::size_t k_few_names = 12;  // that a message lists

}  // namespace

std::string_view kind_name(YamlKind kind) {
  constexpr std::array<std::string_view, 5> k_names{"nothing (null)", "a text or number", "a list",
                                                    "a mapping", "an alias"};
  return k_names.at(static_cast<std::size_t>(kind));
}

void Decoder::error(YamlId at, Fault fault) {
  add(Severity::error, place_of(source, tree, at), std::move(fault));
}

void Decoder::warning(YamlId at, Fault fault) {
  add(Severity::warning, place_of(source, tree, at), std::move(fault));
}

void Decoder::add(Severity severity, Place place, Fault fault) {
  diagnostics_.add({fault.code, severity, std::move(place), std::move(fault.message),
                    std::move(fault.expected), std::move(fault.hint), std::move(fault.notes),
                    std::move(fault.replacement)});
}

void Decoder::error_inside(YamlId scalar, std::size_t offset, std::size_t length, Fault fault) {
  add(Severity::error, place_inside(scalar, offset, length), std::move(fault));
}

void Decoder::warning_inside(YamlId scalar, std::size_t offset, std::size_t length, Fault fault) {
  add(Severity::warning, place_inside(scalar, offset, length), std::move(fault));
}

Place Decoder::place_inside(YamlId scalar, std::size_t offset, std::size_t length) const {
  auto begin = source_offset(source.text(), tree[scalar], offset);
  if (!begin) return place_of(source, tree, scalar);
  auto end = source_offset(source.text(), tree[scalar], offset + length);
  return source.place(*begin, end && *end > *begin ? *end - *begin : length);
}

Note Decoder::note(YamlId at, std::string text) const {
  return {place_of(source, tree, at), std::move(text)};
}

Decoder::Near Decoder::near_of(std::string_view wanted, const std::vector<std::string>& known) {
  std::vector<std::string> near = nearest(wanted, known);
  bool few = !known.empty() && known.size() <= k_few_names;
  return {few ? cat("one of ", join(known, ", ")) : "", did_you_mean(wanted, near),
          near.size() == 1 ? near.front() : std::string()};
}

bool Decoder::expect(YamlId at, YamlKind kind, std::string_view expected) {
  if (tree.kind(at) == kind) return true;
  error(at, {codes::k_wrong_kind, cat(kind_name(tree.kind(at)), " stands here"), std::string(expected)});
  return false;
}

bool Decoder::expect_text(YamlId at, std::string& out, std::string_view expected) {
  if (!expect(at, YamlKind::scalar, expected)) return false;
  out = tree.text(at);
  return true;
}

bool Decoder::expect_bool(YamlId at, bool& out) {
  if (!expect(at, YamlKind::scalar, "true or false")) return false;
  auto value = tree.is_plain(at) ? resolve_plain(tree.text(at)) : Json(tree.text(at));
  if (const Json* json = std::get_if<Json>(&value); json != nullptr && json->is_bool()) {
    out = json->as_bool();
    return true;
  }
  std::string hint = is_former_boolean(tree.text(at)) ? "yes, no, on and off are text in YAML 1.2" : "";
  error(at, {codes::k_wrong_kind, cat("'", tree.text(at), "' is no boolean"), "true or false", hint});
  return false;
}

bool Decoder::expect_count(YamlId at, std::int64_t least, std::int64_t& out) {
  std::string expected = cat("a whole number, at least ", least);
  if (!expect(at, YamlKind::scalar, expected)) return false;
  auto value = tree.is_plain(at) ? resolve_plain(tree.text(at)) : Json(tree.text(at));
  const Json* json = std::get_if<Json>(&value);
  if (json != nullptr && json->is_int() && json->as_int() >= least) {
    out = json->as_int();
    return true;
  }
  auto quoted = tree.is_plain(at) ? std::nullopt : parse_int(tree.text(at));
  error(at, {codes::k_wrong_kind, cat("'", tree.text(at), "' stands here"), std::move(expected),
             quoted ? cat("write it without quotes: ", *quoted) : ""});
  return false;
}

std::optional<std::size_t> Decoder::expect_choice(YamlId at, std::span<const std::string_view> names) {
  std::vector<std::string> known(names.begin(), names.end());
  std::string text;
  if (!expect_text(at, text, cat("one of ", join(known, ", ")))) return std::nullopt;
  auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  error(at, {codes::k_wrong_kind, cat("'", text, "' stands here"), cat("one of ", join(known, ", ")),
             did_you_mean(text, known)});
  return std::nullopt;
}

void report_unknown_key(Decoder& decoder, YamlId key, std::string_view what,
                        const std::vector<std::string>& known) {
  std::string name(decoder.tree.text(key));
  if (name == "<<" && decoder.tree.is_plain(key)) return;  // reported as a merge key already
  Decoder::Near near = Decoder::near_of(name, known);
  std::string hint = foreign_word_hint(WordOf::keys, name, known);
  decoder.error(key, {codes::k_unknown_key,
                      cat(what, " has no key '", name, "'"),
                      cat("one of ", join(known, ", ")),
                      hint.empty() ? std::move(near.hint) : std::move(hint),
                      {},
                      std::move(near.replacement)});
}

void report_missing_key(Decoder& decoder, YamlId mapping, std::string_view what, std::string_view name,
                        const Json& schema) {
  const Json* only = schema.find("const");
  std::string value = only == nullptr ? "…" : only->as_string();
  decoder.error(mapping, {codes::k_missing_key,
                          cat(what, " needs the key '", name, "'"),
                          {},
                          cat("add '", name, ": ", value, "'")});
}

}  // namespace wf
