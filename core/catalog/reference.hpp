// References to results, as people and runs write them: `wf:PROJECT/DOMAIN/RUN/NODE/OUTPUT` in this store,
// `wf://STORE-ID/PROJECT/DOMAIN/RUN/NODE/OUTPUT` anywhere. NODE is `a` or `a[3]`; `inputs` and `outputs`
// stand for the run's own.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.hpp"
#include "core/base/uuid.hpp"
#include "core/catalog/run_lookup.hpp"
#include "core/definition/type.hpp"
#include "core/store/store.hpp"

namespace wf {

inline constexpr std::string_view k_run_inputs = "inputs";
inline constexpr std::string_view k_run_outputs = "outputs";

struct DataReference {
  std::optional<Uuid> store;
  std::string project;
  std::string domain;
  std::string run;  // an id, a part of one, or a name: whatever find_run accepts
  NodePath node;
  std::string output;

  bool operator==(const DataReference&) const = default;
  std::string text() const;  // parse(text()) == *this
  // Throws Error(k_bad_data_reference) that says which part is wrong.
  static DataReference parse(std::string_view text);
};

// What `wf:…`, or RUN/NODE/OUTPUT of a run of this scope, stands for; nullopt when `text` is neither.
std::optional<DataReference> find_data_reference(Database& database, const std::string& project,
                                                 const std::string& domain, std::string_view text);

bool is_data_reference(std::string_view text);  // begins with "wf:"

// What a reference leads to. `run`, `node` and `output` are what run_input.source_* records.
struct ResolvedData {
  RunKey run;
  NodePath node;  // a mapped node as a whole has element -1
  std::string output;
  Type type;
  Json value;                    // canonical
  std::optional<Uuid> artifact;  // none for a run's own inputs and outputs and for a mapped node as a whole
};

// Throws Error when the run, node or output is unknown (near names), or has no result (yet).
ResolvedData resolve_data(Store& store, const DataReference& reference);

}  // namespace wf
