// What came from a bundle or another store, for people and for scripts.
#pragma once
#include "cli/context.hpp"
#include "core/base/error.hpp"
#include "core/base/json.hpp"
#include "core/transfer/bundle.hpp"

namespace wf::cli {

// "versions" and "runs".
void add_subjects(Json& json, const ExportRequest& subjects);
// "added", "conflicts" and "left_out", and whether it is so now.
void add_transfer(Json& json, const Transfer& transfer, Apply apply);
// How many there are of what people know: rows by table, and blobs.
struct Amounts {
  const std::map<std::string, std::int64_t, std::less<>>& rows;
  std::int64_t blobs = 0;
  std::int64_t bytes = 0;
};
Json amounts_json(const Amounts& amounts);
std::string amounts_words(const Amounts& amounts);  // "" for nothing
// Prints `json` or, for people, `subject` with what came and what did not. When conflicts kept everything out
// that is Exit::conflict, and for people Error(k_transfer_conflict).
Exit report_transfer(const Context& context, const std::string& subject, const Json& json,
                     const Transfer& transfer, Apply apply);

}  // namespace wf::cli
