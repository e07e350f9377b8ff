#include "core/engine/staging.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/shell.hpp"
#include "core/base/text.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/name.hpp"
#include "core/definition/value.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/sandboxing.hpp"
#include "core/engine/words.hpp"

namespace wf {

namespace {

constexpr mode_t k_read_only_file = 0444;
constexpr mode_t k_read_only_folder = 0555;

void append_signature(std::string& out, const std::string& path) {
  auto info = lstat_if_exists(path);
  if (!info) {
    out += "gone;";
    return;
  }
  out += cat(info->st_ino, ' ', info->st_size, ' ', info->st_mtim.tv_sec, ' ', info->st_mtim.tv_nsec, ' ',
             info->st_ctim.tv_sec, ' ', info->st_ctim.tv_nsec, ';');
  if (!S_ISDIR(info->st_mode)) return;
  for (const std::string& name : list_folder(path)) append_signature(out, cat(path, '/', name));
}

std::string signature_of(const std::string& path) {
  std::string signature;
  append_signature(signature, path);
  return signature;
}

// A file may hold the very bytes of a folder's manifest.
std::string name_of(const Digest& digest, bool directory) { return cat(digest.hex(), directory ? ".d" : ""); }

[[noreturn]] void refuse(const Port& port, const std::string& why, const std::string& hint) {
  throw Error(codes::k_bad_staging, cat("the input '", port.name, "' cannot be handed to the task: ", why),
              hint);
}

void check_text(const Port& port, const std::string& text) {
  if (text.size() > k_most_variable_bytes) {
    refuse(port,
           cat("its text has ", text.size(), " bytes, and ", k_most_variable_bytes,
               " fit an environment variable"),
           "declare it as json or file");
  }
  if (text.find('\0') != std::string::npos)
    refuse(port, "its text contains a NUL byte", "declare it as json or file");
}

void check_input(const Port& port, const Json& json) {
  const Type& type = without_optional(port.type);
  if (json.is_null()) return;
  if (type.is_scalar()) return check_text(port, value_to_text(type, json));
  if (!type.is_content_collection() || !json.is_object()) return;
  for (const auto& [key, item] : json.as_object()) {
    if (!is_staged_name(key))
      refuse(port, cat("the key '", key, "' is no file name"), "use letters, digits, '.', '_' and '-' in keys");
  }
}

void check_inputs(const Task& task, const std::vector<const Json*>& values) {
  for (std::size_t i = 0; i < task.inputs.size(); ++i) check_input(task.inputs[i], *values[i]);
}

// Lays out one attempt.
class Layout {
 public:
  Layout(const Task& task, const AttemptContext& context, StagedInputs& staged, BlobStore& blobs)
      : task_(task),
        context_(context),
        staged_(staged),
        blobs_(blobs),
        work_(working_folder(context.folder)),
        sandboxed_(sandbox_level(task, context.sandbox) != SandboxLevel::none) {}

  PreparedAttempt prepare() {
    check_inputs(task_, *context_.values);
    base_environment();
    place_sources();
    for (std::size_t i = 0; i < task_.inputs.size(); ++i) place_input(task_.inputs[i], value(i));
    for (const Port& port : task_.outputs) place_output(port);
    declared_environment();
    AttemptSpec& spec = prepared_.spec;
    spec.name = context_.name;
    spec.task = &task_;
    spec.folder = work_;
    spec.argv = arguments();
    for (const auto& [name, text] : environment_) spec.environment.push_back(cat(name, "=", text));
    spec.stdout_path = context_.folder + "/stdout";
    spec.stderr_path = context_.folder + "/stderr";
    spec.inputs = prepared_.inputs;
    if (sandboxed_) spec.sandbox = sandbox_for(task_, context_.sandbox, ground());
    return std::move(prepared_);
  }

 private:
  const Json& value(std::size_t index) const { return *(*context_.values)[index]; }

  void base_environment() {
    environment_ = {{"WF_WORK", work_},
                    {"WF_INPUTS", work_ + "/in"},
                    {"WF_OUTPUTS", work_ + "/out"},
                    {"WF_ATTEMPT", context_.name},
                    {"HOME", context_.folder + "/tmp"},
                    {"TMPDIR", context_.folder + "/tmp"},
                    {"LANG", "C.UTF-8"},
                    {"TZ", "UTC"},
                    {"PATH", context_.path}};
    environment_.insert(context_.variables.begin(), context_.variables.end());
    if (task_.checkpoint) add_checkpoint();
  }

  void add_checkpoint() {
    std::string folder = context_.checkpoint;
    if (folder.empty()) make_folders(folder = context_.folder + "/checkpoint");
    environment_.emplace("WF_CHECKPOINT", std::move(folder));
  }

  void place_sources() {
    for (const Source& source : task_.sources) {
      std::string path = cat(work_, '/', source.path);
      make_folders(parent_folder(path));
      blobs_.copy_to(source.digest, path, source.executable ? 0755 : 0644);
    }
    if (!task_.script.empty()) {
      std::string path = work_ + "/.wf-script";
      write_all(open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0644).get(), task_.script, path);
    }
  }

  void place_input(const Port& port, const Json& json) {
    if (json.is_null()) return;
    const Type& type = without_optional(port.type);
    if (type.is_scalar()) {
      environment_[port.name] = value_to_text(type, json);
      return;
    }
    std::string relative = input_path(port);
    std::string path = cat(work_, '/', relative);
    if (auto digest = content_of(type, json)) {
      link_content(*digest, type.kind() == Kind::directory, path);
    } else if (type.is_content_collection()) {
      place_collection(type, json, path);
    } else {
      write_json(type, json, path);
    }
    environment_[port.name] = relative;
  }

  static std::optional<Digest> content_of(const Type& type, const Json& json) {
    return type.is_content() ? content_digest(json) : std::nullopt;
  }

  void link_content(const Digest& digest, bool directory, const std::string& path) {
    const std::string& target = staged_.path_of(digest, directory);
    if (sandboxed_) names_.try_emplace(target, path.substr(work_.size() + 1));
    if (::symlink(target.c_str(), path.c_str()) != 0) throw_errno("create the link", path);
    prepared_.inputs.push_back(target);
  }

  void place_collection(const Type& type, const Json& json, const std::string& path) {
    make_folder(path);
    bool directory = type.element().kind() == Kind::directory;
    if (json.is_array()) {
      const auto& items = json.as_array();
      for (std::size_t i = 0; i < items.size(); ++i) {
        link_content(*content_digest(items[i]), directory, cat(path, '/', element_name(i, items.size())));
      }
      return;
    }
    for (const auto& [key, item] : json.as_object())
      link_content(*content_digest(item), directory, cat(path, '/', key));
  }

  void write_json(const Type& type, const Json& json, const std::string& path) {
    std::size_t next = prepared_.inputs.size();
    for (const Content& content : contents_of(type, json)) {
      prepared_.inputs.push_back(staged_.path_of(content.digest, content.directory));
    }
    Json plain = value_to_json(type, json, [&](const Digest&) { return prepared_.inputs[next++]; });
    write_all(open_file(path, O_WRONLY | O_CREAT | O_EXCL, k_read_only_file).get(), plain.compact() + "\n",
              path);
  }

  void place_output(const Port& port) {
    const Type& type = without_optional(port.type);
    if (type.kind() == Kind::directory || type.is_content_collection())
      make_folder(cat(work_, '/', output_path(port)));
    environment_[port.name] = output_path(port);
  }

  void declared_environment() {
    for (const auto& [name, argument] : task_.env) {
      std::vector<std::string> words = this->words().of(argument);
      if (words.size() == 1)
        environment_[name] = words.front();
      else
        environment_.erase(name);
    }
  }

  std::vector<std::string> arguments() {
    if (task_.script.empty()) return words().of_command();
    std::vector<std::string> argv = task_.shell;
    argv.emplace_back(".wf-script");
    return argv;
  }

  SandboxGround ground() const {
    SandboxGround ground{work_, {context_.folder}, {}};
    if (task_.checkpoint && !context_.checkpoint.empty()) ground.own.push_back(context_.checkpoint);
    std::set<std::string> seen;
    for (const std::string& input : prepared_.inputs) {
      auto name = names_.find(input);
      // What stands in a JSON file alone has no name but its place.
      if (seen.insert(input).second) ground.inputs.emplace_back(input, name == names_.end() ? input : name->second);
    }
    return ground;
  }

  Words words() {
    return Words(task_, *context_.values, [this](const Digest& digest, bool directory) {
      prepared_.inputs.push_back(staged_.path_of(digest, directory));
      return prepared_.inputs.back();
    });
  }

  const Task& task_;
  const AttemptContext& context_;
  StagedInputs& staged_;
  BlobStore& blobs_;
  std::string work_;
  bool sandboxed_;
  std::map<std::string, std::string> environment_;
  std::map<std::string, std::string> names_;  // of staged inputs: where a task in a sandbox sees them
  PreparedAttempt prepared_;
};

}  // namespace

StagedInputs::StagedInputs(std::string run_folder, BlobStore& blobs, std::string_view name)
    : folder_(cat(run_folder, '/', name)), blobs_(blobs) {
  // What a killed driver left half copied must not be taken for whole: this driver lays everything out
  // itself.
  remove_tree(folder_);
  make_folder(folder_);
}

const std::string& StagedInputs::path_of(const Digest& digest, bool directory) {
  return lay_out(blobs_, {{}, digest, directory});
}

void StagedInputs::take(BlobStore& blobs, const Content& content) { lay_out(blobs, content); }

const std::string& StagedInputs::lay_out(BlobStore& blobs, const Content& content) {
  if (standing_of(content) == Standing::laid_out) return *find(content);
  Laying laying = plan(blobs, content);
  end(laying, carry_out(laying, {}));
  return *find(content);
}

StagedInputs::Standing StagedInputs::standing_of(const Content& content) const {
  const std::string* path = find(content);
  if (path != nullptr && !signatures_.at(*path).empty()) return Standing::laid_out;
  return pending_.contains(name_of(content.digest, content.directory)) ? Standing::pending : Standing::absent;
}

StagedInputs::Laying StagedInputs::begin(const Content& content) {
  Laying laying = plan(blobs_, content);
  pending_.insert(laying.name);
  return laying;
}

StagedInputs::Laying StagedInputs::plan(BlobStore& blobs, const Content& content) const {
  Laying laying{name_of(content.digest, content.directory), {}, {}};
  laying.path = cat(folder_, '/', laying.name);
  if (find(content) != nullptr)
    laying.path += cat('.', signatures_.size());  // the first copy was changed by a task
  laying.plan = content.directory ? blobs.plan_folder_copy(content.digest, laying.path, k_read_only_file,
                                                           k_read_only_folder)
                                  : blobs.plan_copy(content.digest, laying.path, k_read_only_file);
  return laying;
}

std::string StagedInputs::carry_out(const Laying& laying, const std::stop_token& stop) {
  wf::carry_out(laying.plan, stop);
  return signature_of(laying.path);
}

void StagedInputs::end(const Laying& laying, std::optional<std::string> signature) {
  pending_.erase(laying.name);
  if (!signature) return remove_tree(laying.path);
  signatures_[laying.path] = std::move(*signature);
  paths_[laying.name] = laying.path;
}

const std::string* StagedInputs::find(const Content& content) const {
  auto found = paths_.find(name_of(content.digest, content.directory));
  return found == paths_.end() ? nullptr : &found->second;
}

void StagedInputs::drop(const Content& content) {
  const std::string* path = find(content);
  if (path == nullptr) return;
  remove_tree(*path);
  signatures_[*path].clear();
}

bool StagedInputs::changed(const std::string& path) {
  std::string& signature = signatures_[path];
  if (!signature.empty() && signature_of(path) == signature) return false;
  signature.clear();
  return true;
}

void check_staging(const Task& task, const std::vector<const Json*>& values) {
  check_inputs(task, values);
  Words words(task, values, [](const Digest& digest, bool) { return digest.hex(); });
  for (const auto& [name, argument] : task.env) words.of(argument);
  if (task.script.empty() && words.of_command().empty())
    throw Error(codes::k_not_started, "cannot execute nothing: the command is empty");
}

PreparedAttempt prepare_attempt(const Task& task, const AttemptContext& context, StagedInputs& staged,
                                BlobStore& blobs) {
  return Layout(task, context, staged, blobs).prepare();
}

std::string working_folder(const std::string& attempt_folder) { return attempt_folder + "/work"; }

std::string manual_command(const AttemptSpec& spec) {
  std::string line = cat("cd ", shell_quoted(spec.folder), " && env -i");
  for (const std::string& variable : spec.environment) line += ' ' + shell_quoted(variable);
  for (const SecretUse& use : spec.task->secrets)
    line += cat(' ', use.variable, "=\"${", use.variable, ":?the secret ", use.name, "}\"");
  for (const std::string& word : spec.argv) line += ' ' + shell_quoted(word);
  return line;
}

}  // namespace wf
