// What is wrong with a file that a command was given.
#pragma once
#include <string>

#include "cli/context.hpp"
#include "core/definition/diagnostic.hpp"

namespace wf::cli {

// Prints what is wrong on stderr, and as annotations of that style on stdout when there is one; true when the
// file can be used all the same.
bool print_diagnostics(const Context& context, const Diagnostics& diagnostics, const std::string& style = {});

}  // namespace wf::cli
