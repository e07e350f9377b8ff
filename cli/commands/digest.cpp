// wf digest: the version of definitions, without a store.
#include <memory>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "core/base/text.hpp"
#include "core/definition/load.hpp"

namespace wf::cli {

namespace {

Exit digest(const Context& context, const std::vector<std::string>& paths) {
  std::string out;
  bool broken = false;
  for (const std::string& path : paths) {
    LoadedDefinition loaded = load_definition(path);
    for (const Diagnostic& diagnostic : loaded.diagnostics.sorted()) {
      if (diagnostic.severity == Severity::error)
        print_error_styled(context, render(diagnostic, Styling::marked));
    }
    broken = broken || !loaded.workflow;
    if (!loaded.workflow) continue;
    std::string canonical = canonical_form(*loaded.workflow).canonical();
    out += cat(version_digest(canonical).text(), "  ", loaded.workflow->name, "\n");
  }
  print(out);
  return broken ? Exit::usage : Exit::ok;
}

}  // namespace

Command make_digest() {
  auto paths = std::make_shared<std::vector<std::string>>();
  Command command;
  command.name = "digest";
  command.summary = "Print the version of a definition, without a store";
  command.details =
      "The version is the digest of the definition's canonical form, the bytes of its sources and "
      "default files included: the same on every machine. Formatting, comments, key order and "
      "descriptions do not change it. No store is needed.";
  command.examples = {{"wf digest iris.yaml", "print 'sha256:…  iris'"}};
  command.positionals = {{"FILE", "a definition", paths.get()}};
  command.run = [paths](Context& context) { return digest(context, *paths); };
  return command;
}

}  // namespace wf::cli
