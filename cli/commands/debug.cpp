// wf debug: an execution's folder once more, and the exact command in it.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/json_members.hpp"
#include "core/base/process.hpp"
#include "core/base/shell.hpp"
#include "core/base/text.hpp"
#include "core/engine/attempt_folder.hpp"
#include "core/engine/capacity.hpp"
#include "core/engine/replay.hpp"
#include "core/engine/staging.hpp"
#include "core/secrets/secrets.hpp"
#include "executors/docker/container_spec.hpp"

namespace wf::cli {

namespace {

struct Options {
  std::string run;
  std::string node;
  std::optional<std::string> folder;
  bool start = false;
  bool shell = false;
};

// "wf-debug-0199e3a1b2c3-score-3"
std::string default_folder(const RunKey& run, const NodePath& path) {
  std::string name = path.text();
  std::erase(name, ']');
  for (char& c : name)
    if (c == '[' || c == '.') c = '-';
  return cat("wf-debug-", run.id.tail(), "-", name);
}

// Goes again, with the folders around it that were made for it, unless it is kept.
class NewFolder {
 public:
  explicit NewFolder(std::string path) : path_(std::move(path)), made_(path_) {
    if (lstat_if_exists(path_))
      throw Error(codes::k_output_exists, cat("'", path_, "' is there already"),
                  "remove it, or name another folder with --folder");
    while (!lstat_if_exists(parent_folder(made_))) made_ = parent_folder(made_);
    make_folders(path_);
  }
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder() {
    if (kept_) return;
    try {
      remove_tree(made_);
    } catch (const Error&) {
      return;  // what failed before is told, and not this
    }
  }

  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::string path_;
  std::string made_;
  bool kept_ = false;
};

// What its last attempt had of the machine; of one without any, such as what was reused, what the first would
// have.
std::vector<std::pair<std::string, std::string>> variables_of(Store& store, const RunKey& run,
                                                              const NodePath& path, const PlanNode& node) {
  const std::vector<AttemptInfo> attempts = attempts_of(store.database(), run, path);
  if (attempts.empty()) {
    const ResourceAmounts requests = needs_of(*node.node, *node.task->task, 0, {}).requests;
    std::vector<std::string> gpus;
    for (std::int64_t i = 0; i < requests.at(static_cast<std::size_t>(Resource::gpu)); ++i)
      gpus.push_back(cat(i));
    return room_variables(requests, gpus);
  }
  const std::optional<Json>& had = attempts.back().resources;
  if (!had) return {};
  std::vector<std::string> gpus;
  for (const Json& gpu : had->at("gpus").as_array()) gpus.push_back(gpu.as_string());
  return room_variables(amounts_from_json(had->at("requests")), gpus);
}

AttemptSpec stage(Store& store, const Replay& replay, const Replay::Execution& execution, const NodePath& path,
                  const std::string& folder) {
  AttemptFolders folders(folder);
  StagedInputs staged(folder, store.blobs());
  // Not the name of an attempt: nobody may take it for one that a driver has left behind.
  AttemptContext context{cat("debug-", path.text()), folders.create("task"), replay.run().settings.path,
                         &execution.inputs, variables_of(store, replay.run().key, path, *execution.node)};
  const Task& task = *execution.node->task->task;
  AttemptSpec spec = prepare_attempt(task, context, staged, store.blobs()).spec;
  spec.image = environments_of(replay.run().settings).place_of(task).image.value_or("");
  return spec;
}

// What an execution is started by: its own command, or that of a container of its image.
struct Start {
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::string command;  // the same for a shell, without the values of secrets
};

Start start_of(const AttemptSpec& spec, const std::string& folder, std::vector<std::string> argv) {
  if (spec.image.empty()) return {std::move(argv), spec.environment, manual_command(spec)};
  std::vector<std::string> words = container_command(spec, argv, folder, own_user());
  if (::isatty(STDIN_FILENO) != 0) words.insert(words.begin() + 2, "--tty");
  std::vector<std::string> quoted;
  for (const std::string& word : words) quoted.push_back(shell_quoted(word));
  return {std::move(words), whole_environment(), join(quoted, " ")};
}

std::vector<char*> pointers(std::vector<std::string>& items) {
  std::vector<char*> out;
  for (std::string& item : items) out.push_back(item.data());
  out.push_back(nullptr);
  return out;
}

// Becomes the program, in this terminal.
[[noreturn]] void become(const Context& context, const AttemptSpec& spec, Start start) {
  for (const SecretUse& use : spec.task->secrets)
    start.environment.push_back(cat(use.variable, "=", context.secrets().value(use.name)));
  auto program = find_program(start.argv.front(), start.environment, spec.folder);
  if (const auto* failure = std::get_if<SpawnFailure>(&program))
    throw Error(codes::k_usage, failure->message(), failure->hint());
  if (::chdir(spec.folder.c_str()) == 0)
    ::execve(std::get<std::string>(program).c_str(), pointers(start.argv).data(),
             pointers(start.environment).data());
  throw Error(codes::k_usage, cat("cannot execute '", start.argv.front(), "': ", std::strerror(errno)));
}

Json spec_json(const RunKey& run, const NodePath& path, const AttemptSpec& spec, const std::string& command) {
  auto texts = [](const std::vector<std::string>& all) { return list_json(all, [](const std::string& one) { return Json(one); }); };
  Json json = Json::object();
  json.add("run", run.id.text());
  add_node(json, path.node, path.element);
  json.add("folder", spec.folder).add("argv", texts(spec.argv)).add("environment", texts(spec.environment));
  json.add("secrets", list_json(spec.task->secrets, [](const SecretUse& use) {
             return Json::object().add("variable", use.variable).add("secret", use.name);
           }));
  return json.add("image", or_null(spec.image)).add("command", command);
}

Exit debug(const Context& context, const Options& options) {
  if (options.start && options.shell)
    throw Error(codes::k_usage, "--start and --shell each want the terminal for themselves",
                "give one of them");
  std::unique_ptr<Store> store = open_store(context, Access::read_only);
  Scope scope = context.scope();
  RunKey run = find_run(store->database(), scope.project, scope.domain, options.run);
  const NodePath path = *read_node_path(options.node);
  Replay replay(*store, run);
  Replay::Execution execution = replay.execution(path);
  NewFolder folder(absolute_path(options.folder.value_or(default_folder(run, path))));
  const AttemptSpec spec = stage(*store, replay, execution, path, folder.path());
  if (options.shell) become(context, spec, start_of(spec, folder.path(), {"/bin/sh", "-i"}));
  Start start = start_of(spec, folder.path(), spec.argv);
  if (options.start) become(context, spec, std::move(start));
  print_object(
      context,
      cat("folder   ", escape_terminal(spec.folder), "\nby hand  ", escape_terminal(start.command), "\n"),
      spec_json(run, path, spec, start.command));
  folder.keep();
  return Exit::ok;
}

}  // namespace

Command make_debug() {
  auto options = std::make_shared<Options>();
  Command command;
  command.name = "debug";
  command.summary = "Make the folder of an execution once more, and show or start its command";
  command.details =
      "The inputs of the execution are put together again from what the run has recorded, and laid out as "
      "for the task: "
      "in/, out/, its sources and its script. Whether it succeeded, failed or was reused does not matter, "
      "and nothing of "
      "it is recorded. Without --start or --shell the exact command is printed, with its environment. Of "
      "the machine it is told what its last attempt had (WF_CPUS, WF_MEMORY, WF_SCRATCH, "
      "CUDA_VISIBLE_DEVICES), and of what had none, as it was reused, what the task asks for; but no limit "
      "is kept. Its sandbox is not there: it may read and write what you may. Secrets are never printed: the "
      "command takes them from "
      "variables of the shell it is given to, and --start and --shell fetch them; what is said at the "
      "terminal then is not masked.\n\n"
      "The command of a task that ran in a container is 'docker run', which has to be there for --start and "
      "--shell.";
  command.examples = {{"wf debug nightly score[3]", "the folder, and the command to run in it"},
                      {"wf debug nightly score[3] --start", "run it here, in the terminal"},
                      {"wf debug nightly score[3] --shell --folder /tmp/look", "look around as the task would see it"}};
  command.positionals = {{"RUN", k_run_help, &options->run},
                         {"NODE", "the execution: score, score[3], sub[0].score", &options->node}};
  command.options = {{"--folder", "DIR", "make it there (default: wf-debug-RUN-NODE here)", &options->folder},
                     {"--start", "", "run the command there, in place of wf", &options->start},
                     {"--shell", "", "start a shell there, with the task's environment", &options->shell}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return debug(context, *options); };
  return command;
}

}  // namespace wf::cli
