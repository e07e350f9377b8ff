// Any text as a scalar with references in it: its faults lie in it, and what was found can be written again.
#include "core/definition/reference.hpp"
#include "tests/fuzz/check.hpp"

using namespace wf;

namespace {

void check_reference(const Reference& reference) {
  auto again = parse_bare_reference(reference.text());
  fuzz::check(again.has_value() && *again == reference, "a reference is read as itself");
}

// `$` is `$$` at the beginning of a text, and `$(` is `$$(` anywhere.
std::string escaped(std::string_view text, bool at_begin) {
  std::string out = at_begin && text.starts_with('$') && !text.starts_with("$(") ? "$" : "";
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with("$(")) out += '$';
    out += text[at];
  }
  return out;
}

std::string written(const Template& text) {
  std::string out;
  for (const auto& piece : text.pieces) {
    if (const auto* reference = std::get_if<Reference>(&piece)) {
      check_reference(*reference);
      out += "$(" + reference->text() + ")";
    } else if (const auto* expression = std::get_if<Expression>(&piece)) {
      out += "$(" + expression->text() + "\n)";  // it may end in a comment
    } else {
      out += escaped(std::get<std::string>(piece), out.empty());
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  if (auto bare = parse_bare_reference(text)) check_reference(*bare);
  ParsedText parsed = parse_text(text);
  if (const auto* reference = std::get_if<Reference>(&parsed)) {
    check_reference(*reference);
  } else if (const auto* read = std::get_if<ParsedTemplate>(&parsed)) {
    for (const ReferenceFault& fault : read->faults)
      fuzz::check(fault.offset <= size && !fault.message.empty(), "a fault is in the text");
    ParsedText again = parse_text(written(read->text));
    const auto* same = std::get_if<ParsedTemplate>(&again);
    fuzz::check(!read->faults.empty() || (same != nullptr && same->text == read->text),
                "text with references is read as itself");
  }
  return 0;
}
