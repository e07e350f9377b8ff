// What all files that users write have in common: a YAML mapping, read with its places.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/definition/decoder.hpp"
#include "core/definition/load.hpp"

namespace wf {

// The file's text; Error where it is a folder, far too large or cannot be read.
std::string read_text(const std::string& path);

// Of one that a definition names, or that lies beside it: nothing but a regular file, as a pipe may never
// end.
std::string read_regular(const std::string& path);
std::optional<std::string> read_regular_if_exists(const std::string& path);

struct FileText {
  std::string text;
  Diagnostics diagnostics;
};

// Parses the text and calls `visit` with its root, which is a mapping then; what is wrong before that is a
// diagnostic. `expected` says what the root is to be, `path` where the text is from.
void read_mapping(const std::string& path, FileText& file, const LoadLimits& limits,
                  std::string_view expected, const std::function<void(Decoder& decoder)>& visit);

// Of the key that says the version of the format, "wf" or "launchplan": it must be v1.
void check_format(Decoder& decoder, YamlId at, std::string_view key);

}  // namespace wf
