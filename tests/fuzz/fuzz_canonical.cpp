// Any bytes as JSON, and as what a store holds of a version: refused, or the same each time it is read and
// written.
#include "core/base/error.hpp"
#include "core/definition/model.hpp"
#include "tests/fuzz/check.hpp"

using namespace wf;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Json json;
  try {
    json = Json::parse(fuzz::text_of(data, size), "the input");
  } catch (const Error&) {
    return 0;
  }
  std::string text = json.canonical();
  fuzz::check_equal(Json::parse(text, "itself").canonical(), text, "canonical JSON is read as itself");
  fuzz::check_equal(Json::parse(json.pretty(), "itself").canonical(), text, "JSON for people is the same");
  fuzz::check_equal(Json::parse(json.compact(), "itself").canonical(), text, "JSON on one line is the same");
  try {
    std::string form = canonical_form(workflow_from_canonical(json)).canonical();
    Workflow back = workflow_from_canonical(Json::parse(form, "a version"));
    fuzz::check_equal(canonical_form(back).canonical(), form, "a version is read as itself");
  } catch (const Error&) {  // no version
  }
  return 0;
}
