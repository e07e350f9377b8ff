// Writes registrations, inside one transaction of the caller.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/registry/record_version.hpp"
#include "core/registry/registry.hpp"

namespace wf {

// A version on its way into a project and domain: everything that needs no transaction is done.
struct NewRegistration {
  std::string name;
  Json canonical;
  Digest version;
  std::vector<NewVersion> versions;  // it and those it uses, used ones first; none of what the store has
  std::string descriptions;
  std::optional<std::string> git;
  Digest source;
  std::string source_text;
  std::string source_path;
  std::optional<Uuid> promoted_from;  // a registration elsewhere
  std::vector<NewBlob> blobs;         // source text and files
};

// The version and those that it uses, as far as they are loaded: used ones first, each once.
std::vector<NewVersion> versions_in(const Workflow& workflow, const Digest& version, std::string body);

class Registrar {
 public:
  Registrar(Store& store, const Scope& scope, Apply apply);

  struct Outcome {
    std::int64_t seq = 0;
    RegistrationResult result = RegistrationResult::unchanged;
    std::int64_t at_us = 0;  // of what is to be written
  };
  // Throws what require_label_fits() throws; the caller's transaction is to be given up then.
  Outcome add(const NewRegistration& added, const std::vector<std::string>& labels);

 private:
  Outcome compare(const NewRegistration& added);
  void write_version(const NewVersion& added);
  void require_used(const Workflow& workflow);
  void write_registration(const NewRegistration& added, const Outcome& outcome);

  Store* store_;
  Scope scope_;
  Apply apply_;
  std::int64_t now_us_;
};

}  // namespace wf
