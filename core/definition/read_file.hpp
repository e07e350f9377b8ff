// What all files that users write have in common: a YAML mapping, read with its places.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "core/definition/decoder.hpp"
#include "core/definition/load.hpp"

namespace wf {

struct FileText {
  std::string text;  // as read
  Diagnostics diagnostics;
};

// Reads the file and calls `visit` with its root, which is a mapping then; what is wrong before that is a
// diagnostic, and a file that cannot be read throws Error. `expected` says what the root is to be.
void read_mapping_file(const std::string& path, const LoadLimits& limits, std::string_view expected,
                       FileText& file, const std::function<void(Decoder& decoder)>& visit);

// Of the key that says the version of the format, "wf" or "launchplan": it must be v1.
void check_format(Decoder& decoder, YamlId at, std::string_view key);

}  // namespace wf
