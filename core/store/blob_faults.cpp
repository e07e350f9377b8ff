#include "core/store/blob_faults.hpp"

#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/store/codes.hpp"

namespace wf {

namespace {
constexpr std::string_view k_find_hint =
    "'wf store check --contents' says what made it; 'wf run --verify' makes it again and heals the store";
}  // namespace

void throw_missing(const Digest& digest, std::string_view why) {
  throw Error(codes::k_blob_missing, cat("blob ", digest.text(), " is missing: ", why),
              std::string(k_find_hint));
}

void throw_damaged(const Digest& digest, std::string_view why) {
  throw Error(codes::k_blob_damaged, cat("blob ", digest.text(), " is damaged: ", why),
              std::string(k_find_hint));
}

void throw_freed(const Digest& digest, std::int64_t freed_us) {
  throw Error(codes::k_blob_freed, cat("blob ", digest.text(), " was freed on ", date_of(freed_us)),
              cat("'wf lineage show ", digest.text(),
                  "' says whether a run made it, and which; that makes it again"));
}

}  // namespace wf
