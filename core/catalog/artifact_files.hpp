// Artifacts and the bytes they hold: taking them out, and checking that they are whole.
#pragma once
#include <string>
#include <vector>

#include "core/catalog/catalog.hpp"
#include "core/store/store.hpp"

namespace wf {

enum class Overwrite { no, yes };
enum class Written { yes, same };  // `same`: exactly these bytes were there already

// Writes one output to `path`: a file, a folder, or the text of a value and a newline. What is there and
// differs is replaced only on request; otherwise Error(k_target_differs).
Written write_data(Store& store, const ArtifactData& data, const std::string& path, Overwrite overwrite);

// The bytes of a file, or the text of a value and a newline. Throws Error(k_bad_data_reference) for what is
// no single stream of bytes.
std::string data_bytes(Store& store, const ArtifactData& data);

struct Damage {
  Artifact artifact;
  std::string data;
  std::string item;  // inside the value
  Digest digest;
  BlobState state = BlobState::damaged;
};

// Re-hashes everything the artifact holds.
std::vector<Damage> verify_artifact(Store& store, const Artifact& artifact);

// "[2]" -> "2", ".key" -> "key", "[1].b" -> "1.b": where an element of a collection goes inside its folder.
// Keys are any text; what could leave the folder or name nothing is spelled otherwise.
std::string place_name(const std::string& path);

}  // namespace wf
