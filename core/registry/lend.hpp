// What one store lends another: versions and contents, copied.
#pragma once
#include <string>

#include "core/registry/registrar.hpp"

namespace wf {

// A registered version as it would be registered again, files excepted: with the text, descriptions and git
// state of the registration that was found.
NewRegistration registration_again(Store& store, const ResolvedVersion& found);

// Makes the project and the domain where they are missing.
void add_scope(Store& store, const Scope& scope);

class Lender {
 public:
  // `from` may be open for reading only.
  Lender(Store& from, Store& to) : from_(from), to_(to) {}

  // Registers the version, with those that it uses and their files, in the same scope of the other store.
  ResolvedVersion lend_version(const ResolvedVersion& found);
  // The versions that a definition uses by its wf.lock.
  void lend_used(const Workflow& workflow);
  // The files and folders of a canonical value.
  void lend_contents(const Type& type, const Json& value);
  // The blob of that digest, and what is in it when it is a folder; nothing when there is no such blob.
  void lend_blob(const Digest& digest);

 private:
  void copy_blob(const Digest& digest, std::vector<NewBlob>& copies);
  void record(const std::vector<NewBlob>& copies);

  Store& from_;
  Store& to_;
};

}  // namespace wf
