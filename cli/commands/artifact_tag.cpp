// wf artifact tag: a name for an artifact.
#include <memory>

#include "cli/artifact_views.hpp"
#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/text.hpp"
#include "core/catalog/tags.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string reference;
  std::string name;
  bool move = false;
};

// A tag is a reference within a project and a domain: what is printed must lead back to the artifact.
void require_here(const Artifact& artifact, const Scope& scope) {
  const RunKey& run = artifact.run;
  if (run.project == scope.project && run.domain == scope.domain) return;
  throw Error(codes::k_usage,
              cat("the artifact ", artifact.id.text(), " is in project '", run.project, "', domain '",
                  run.domain, "', and the tag would be there, too"),
              cat("add --project ", run.project, " --domain ", run.domain));
}

Exit tag(Context& context, const Options& options) {
  std::unique_ptr<Store> store = open_store(context, Access::read_write);
  Scope scope = context.scope();
  Artifact artifact = find_artifact_argument(*store, scope.project, scope.domain, options.reference).artifact;
  require_here(artifact, scope);
  TagOutcome outcome =
      set_tag(*store, artifact, options.name, options.move ? TagMove::allow : TagMove::refuse);
  constexpr const char* k_words[] = {"set", "unchanged", "moved"};
  std::string result = k_words[static_cast<std::size_t>(outcome.result)];
  std::string reference = TagReference{artifact.workflow, artifact.task, options.name}.text();
  Json json = Json::object();
  json.add("reference", reference).add("artifact", artifact.id.text()).add("result", result);
  json.add("from", outcome.from ? Json(outcome.from->text()) : Json());
  std::string from = outcome.from ? cat(", from ", outcome.from->text()) : "";
  print_object(context, cat(reference, "  ", artifact.id.text(), "  ", result, from, "\n"), json);
  return Exit::ok;
}

}  // namespace

Command make_artifact_tag() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "artifact tag";
  command.summary = "Give an artifact a name";
  command.details =
      "Within the artifacts of a task of a workflow a name stands for one artifact; WORKFLOW#TASK:TAG is "
      "then a "
      "reference to it. A tag that stands for another artifact is left where it is, and the exit status is "
      "4, unless "
      "--move is given; the event of a move keeps what it stood for. Names that begin with cached- are the "
      "cache's.";
  command.examples = {{"wf artifact tag nightly/train prod",
                       "what 'train' made in the run 'nightly'; 'iris#train:prod' names it from now on"}};
  command.positionals = {
      {"ARTIFACT", k_artifact_help, &options->reference},
      {"TAG", "the name: letters, digits and . _ + -", &options->name, true, {Kind::text}}};
  command.options = {{"--move", "", "take the name from the artifact it stands for", &options->move}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return tag(context, *options); };
  return command;
}

}  // namespace wf::cli
