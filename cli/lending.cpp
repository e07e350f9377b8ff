#include "cli/lending.hpp"

#include "cli/store_access.hpp"
#include "core/catalog/reference.hpp"
#include "core/registry/lend.hpp"

namespace wf::cli {

Store& Lending::home() {
  if (context_ == nullptr) return store_;
  if (!home_) home_ = open_store(*context_, Access::read_only);
  return *home_;
}

ResolvedVersion Lending::lend(const ResolvedVersion& found) {
  return context_ == nullptr ? found : Lender(home(), store_).lend_version(found);
}

void Lending::lend(const Type& type, const Json& value) {
  if (context_ != nullptr) Lender(home(), store_).lend_contents(type, value);
}

void Lending::lend_used(const Workflow& workflow) {
  if (context_ == nullptr) return;
  for (const auto& used : used_versions(workflow)) {
    if (!used->workflow) return Lender(home(), store_).lend_used(workflow);
    lend_used(*used->workflow);
  }
}

void Lending::lend_named(const GivenInput& given) {
  if (context_ == nullptr) return;
  const auto* json = std::get_if<Json>(&given.value);
  std::string text = json != nullptr ? json->canonical() : std::get<std::string>(given.value);
  constexpr std::size_t k_length = 71;  // "sha256:" and 64 digits
  for (std::size_t at = 0; (at = text.find("sha256:", at)) != std::string::npos; ++at) {
    if (auto digest = Digest::parse(text.substr(at, k_length))) Lender(home(), store_).lend_blob(*digest);
  }
}

ReferencedValue resolve_reference(Lending& lending, const std::string& text) {
  ResolvedData found = resolve_data(lending.home(), DataReference::parse(text));
  lending.lend(found.type, found.value);
  return {found.type, found.value, {found.run, found.node, found.output}};
}

}  // namespace wf::cli
