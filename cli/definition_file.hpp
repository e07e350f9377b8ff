// A definition given as a file: read, and its mistakes told.
#pragma once
#include <string>
#include <string_view>

#include "cli/context.hpp"
#include "core/base/error.hpp"
#include "core/definition/load.hpp"

namespace wf::cli {

// Prints what is wrong with a file, and throws `refusal` when it cannot be used; the mistakes are annotations
// then too, if those have a style.
void check_file(const Context& context, const Diagnostics& diagnostics, const std::string& annotations,
                const Error& refusal);

// The definition without an error in it; otherwise all of them are printed and Error(k_usage) says what was
// not done: "nothing was registered or run".
LoadedDefinition load_without_errors(const Context& context, const std::string& path,
                                     std::string_view not_done, const std::string& annotations = {});

// For an argument that is neither a file nor a reference; `verb` is what was to be done with it: "run".
[[noreturn]] void refuse_bare_name(const std::string& target, std::string_view verb);

}  // namespace wf::cli
