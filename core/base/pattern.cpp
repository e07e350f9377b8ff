#include "core/base/pattern.hpp"

#include <re2/re2.h>

#include "core/base/text.hpp"

namespace wf {

namespace {

constexpr std::size_t k_max_pattern = 1000;
constexpr std::int64_t k_max_memory = std::int64_t{1} << 20U;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Pattern::Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

std::variant<Pattern, std::string> Pattern::compile(std::string_view text) {
  if (text.size() > k_max_pattern) return cat("it has ", text.size(), " bytes, and 1000 are allowed");
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(k_max_memory);
  auto compiled = std::make_shared<const re2::RE2>(piece(text), options);
  if (!compiled->ok()) return compiled->error();
  return Pattern(std::move(compiled));
}

bool Pattern::matches_whole(std::string_view text) const {
  return re2::RE2::FullMatch(piece(text), *compiled_);
}

}  // namespace wf
