#include "core/engine/stored_value.hpp"

#include <algorithm>

#include "core/base/codes.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"

namespace wf {

namespace {

[[noreturn]] void damaged(const std::string& name, std::string_view why) {
  throw Error(codes::k_store_corrupt, cat("the stored value '", name, "' is damaged: ", why),
              "'wf store check --contents' says what else is");
}

Json parsed(const std::string& name, std::string_view text) {
  try {
    return Json::parse(text, "it");
  } catch (const Error& error) {
    damaged(name, error.message());
  }
}

}  // namespace

OutputValue stored_value(std::string name, std::string_view type, std::string_view value) {
  auto found = parse_type(type);
  const Type* known = std::get_if<Type>(&found);
  if (known == nullptr) damaged(name, cat("'", type, "' is no type"));
  ValueResult result = value_from_canonical(*known, parsed(name, value));
  if (const auto* error = std::get_if<ValueError>(&result)) damaged(name, error->message);
  return {std::move(name), *known, std::get<Json>(std::move(result))};
}

bool is_present(BlobStore& blobs, const std::vector<Content>& contents, VerifyDepth depth) {
  return std::all_of(contents.begin(), contents.end(), [&](const Content& content) {
    BlobState state =
        content.directory ? blobs.verify_folder(content.digest, depth) : blobs.verify(content.digest, depth);
    return state == BlobState::present;
  });
}

}  // namespace wf
