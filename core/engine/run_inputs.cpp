#include "core/engine/run_inputs.hpp"

#include <algorithm>
#include <unordered_map>

#include "core/base/codes.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/base/tree.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/dataset.hpp"
#include "core/definition/fit.hpp"
#include "core/engine/codes.hpp"
#include "core/registry/codes.hpp"
#include "core/registry/stored_content.hpp"

namespace wf {

namespace {

constexpr std::string_view k_reference_prefix = "wf:";

// "https://x" or "s3:y": a scheme that a path would need "./" to look like.
bool looks_like_uri(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '.' || c == '-';
  });
}

class Resolver {
 public:
  Resolver(BlobStore& blobs, const ReferenceResolver& resolve, Reading reading)
      : blobs_(blobs), resolve_(resolve), reading_(reading) {}

  RunInput from_default(const Port& port) {
    Json value = port.default_value.value_or(Json());
    return {port.name, port.type, value, "default", {}, {}};
  }

  std::variant<RunInput, ValueError> from_given(const Port& port, const GivenInput& given) {
    const auto* text = std::get_if<std::string>(&given.value);
    const Json* json = std::get_if<Json>(&given.value);
    if (json != nullptr && json->is_string()) text = &json->as_string();
    if (text != nullptr && text->starts_with(k_reference_prefix)) return from_reference(port, *text);
    folder_ = given.folder;
    port_ = &port;
    paths_.clear();
    ValueResult result =
        json != nullptr ? value_from_json(port.type, *json, content_reader()) : from_text(port.type, *text);
    if (auto* error = std::get_if<ValueError>(&result)) return *error;
    if (auto broken = violation(port, std::get<Json>(result))) return *broken;
    RunInput input{port.name, port.type, std::get<Json>(result), paths_.empty() ? "value" : "file", {}, {}};
    if (paths_.size() == 1) input.origin = paths_.front();
    return input;
  }

  std::vector<NewBlob> take_blobs() { return std::move(taken_); }
  std::map<Digest, std::string> take_hashed() { return std::move(hashed_); }

 private:
  ValueResult from_text(const Type& type, const std::string& text) {
    if (without_optional(type).is_content()) {
      if (type.kind() == Kind::optional && text == "null") return Json();
      return read_content(without_optional(type), text);
    }
    if (!type.has_content()) return value_from_text(type, text);
    std::optional<Json> json;
    try {
      json = Json::parse(text, "the text");
    } catch (const Error&) {
      const Type* content = content_member(type);
      return content != nullptr ? path_or_text(type, *content, text) : value_from_text(type, text);
    }
    return value_from_json(type, *json, content_reader());
  }

  // A union that a file or folder may be: text that is no JSON is most likely a path.
  static const Type* content_member(const Type& type) {
    const Type& solid = without_optional(type);
    if (solid.kind() != Kind::one_of) return nullptr;
    auto found = std::find_if(solid.types().begin(), solid.types().end(),
                              [](const Type& member) { return member.is_content(); });
    return found == solid.types().end() ? nullptr : &*found;
  }

  ValueResult path_or_text(const Type& type, const Type& content, const std::string& text) {
    ValueResult result = value_from_json(type, Json(text), content_reader());
    if (std::holds_alternative<Json>(result)) return result;
    ValueResult path = read_content(content, text);
    if (auto* error = std::get_if<ValueError>(&path)) std::get<ValueError>(result).hint = error->message;
    return result;
  }

  std::variant<RunInput, ValueError> from_reference(const Port& port, const std::string& text) {
    ReferencedValue found = resolve_(text);
    if (!assignable(found.type, port.type)) {
      return ValueError{
          "", cat("'", text, "' is a ", found.type.text(), ", but the input is a ", port.type.text()), ""};
    }
    ValueResult result = assigned_value(found.type, port.type, found.value);
    if (auto* error = std::get_if<ValueError>(&result)) return std::move(*error);
    Json& value = std::get<Json>(result);
    if (auto broken = violation(port, value)) return *broken;
    if (fit(found.type, port.type) == Fit::part) {
      for (const DatasetValue& one : datasets_of(port.type, value))
        if (auto broken = check_stored_dataset(blobs_, one.type, one.digest, Columns::some)) return *broken;
    }
    return RunInput{port.name, port.type, std::move(value), "reference", {}, found.source};
  }

  ContentResolver content_reader() {
    return [this](const Type& type, const std::string& text) { return read_content(type, text); };
  }

  ValueResult read_content(const Type& type, const std::string& text) {
    bool folder = type.kind() == Kind::directory;
    if (text.starts_with("sha256:")) return stored_content(blobs_, type, text);
    if (text.starts_with(k_reference_prefix)) {
      return ValueError{"", cat("'", text, "' is a reference, and that stands for an input as a whole"),
                        cat("in it write the digest of the ", folder ? "folder" : "file",
                            ", sha256:…, which 'wf artifact show' tells")};
    }
    if (looks_like_uri(text)) {
      return ValueError{"", cat("'", text, "' looks like a URI, which cannot be read yet"),
                        cat("for a file of that name write './", text, "'")};
    }
    std::string path = text.starts_with('/') ? text : cat(folder_, '/', text);
    auto info = stat_if_exists(path);
    if (!info) {
      return ValueError{"", cat("there is no ", folder ? "folder" : "file", " '", path, "'"),
                        "give the path of an existing one"};
    }
    if (S_ISDIR(info->st_mode) != folder) {
      return ValueError{"", cat("'", path, "' is ", folder ? "no folder" : "a folder"),
                        cat("the input is a ", type.text())};
    }
    if (auto broken =
            name_violation(*port_, absolute_path(path).substr(absolute_path(path).find_last_of('/') + 1)))
      return *broken;
    paths_.push_back(absolute_path(path));
    try {
      return folder ? read_folder(path) : read_one_file(type, path);
    } catch (const Error& error) {  // a fifo, a device, a file that changes meanwhile: a mistake in the input
      if (error.code().exit != Exit::run_failed && error.code().id != codes::k_special_file.id) throw;
      return ValueError{"", error.message(), error.hint()};
    }
  }

  ValueResult read_one_file(const Type& type, const std::string& path) {
    if (auto fault = type.kind() == Kind::dataset ? check_dataset_file(type, path) : std::nullopt)
      return *fault;
    if (reading_ == Reading::hashed) {
      const Digest digest = hash_file(path).digest;
      hashed_.emplace(digest, absolute_path(path));
      return file_value(digest);
    }
    taken_.push_back(blobs_.take_file(path));
    return file_value(taken_.back().digest);
  }

  ValueResult read_folder(const std::string& path) {
    if (reading_ == Reading::hashed) return directory_value(sha256(render_tree(scan_tree(path))));
    std::vector<NewBlob> blobs = blobs_.take_folder(path);
    Digest tree = blobs.back().digest;
    std::move(blobs.begin(), blobs.end(), std::back_inserter(taken_));
    return directory_value(tree);
  }

  BlobStore& blobs_;
  const ReferenceResolver& resolve_;
  Reading reading_;
  std::vector<NewBlob> taken_;
  std::map<Digest, std::string> hashed_;
  const Port* port_ = nullptr;      // the input being read
  std::string folder_;              // of the input being read: relative paths start there
  std::vector<std::string> paths_;  // what it read in
};

std::vector<std::string> names_of(const std::vector<Port>& ports) {
  std::vector<std::string> names;
  for (const Port& port : ports) names.push_back(port.name);
  return names;
}

std::string describe_inputs(const Workflow& workflow) {
  std::vector<std::string> lines;
  for (const Port& port : workflow.inputs) {
    bool optional = port.default_value || port.type.kind() == Kind::optional;
    lines.push_back(cat(port.name, ": ", port.type.text(), optional ? " (has a default)" : ""));
  }
  return lines.empty() ? "the workflow has no inputs" : cat("its inputs are ", join(lines, ", "));
}

bool has(const PlanValues& values, const std::string& name) {
  return std::any_of(values.begin(), values.end(), [&](const auto& value) { return value.first == name; });
}

Port& port_of(Workflow& workflow, const std::string& name) {
  return *std::find_if(workflow.inputs.begin(), workflow.inputs.end(),
                       [&](const Port& port) { return port.name == name; });
}

void refuse_fixed(const LaunchPlan& plan, const std::vector<GivenInput>& given) {
  std::vector<std::string> faults;
  for (const GivenInput& input : given) {
    if (has(plan.fixed, input.name))
      faults.push_back(
          cat(input.where, ": the input '", input.name, "' is fixed by the launch plan '", plan.name, "'"));
  }
  if (faults.empty()) return;
  throw Error(codes::k_fixed_input, join(faults, "\n"),
              cat("leave it out, or run the version itself: ", plan.workflow, '@', plan.version.short_hex()));
}

}  // namespace

ResolvedInputs resolve_inputs(const Workflow& workflow, const std::vector<GivenInput>& given,
                              BlobStore& blobs, const ReferenceResolver& resolve, Absent absent,
                              Reading reading) {
  std::unordered_map<std::string, const GivenInput*> by_name;
  std::vector<std::string> faults;
  bool wrong_names = false;  // unknown or missing ones: then a list of all of them helps
  std::size_t unknown = 0;
  for (const GivenInput& input : given) {
    const GivenInput*& known = by_name[input.name];
    if (known != nullptr && known->where == input.where)
      faults.push_back(cat(input.where, ": the input '", input.name, "' is given twice"));
    known = &input;
    if (find_port(workflow.inputs, input.name) != nullptr) continue;
    wrong_names = true;
    ++unknown;
    std::string near = did_you_mean(input.name, names_of(workflow.inputs));
    faults.push_back(cat(input.where, ": the workflow '", workflow.name, "' has no input '", input.name, "'",
                         near.empty() ? "" : "; ", near));
  }
  Resolver resolver(blobs, resolve, reading);
  ResolvedInputs resolved;
  for (const Port& port : workflow.inputs) {
    auto found = by_name.find(port.name);
    if (found == by_name.end()) {
      if (absent == Absent::left_out) continue;
      bool optional = port.default_value || port.type.kind() == Kind::optional;
      if (optional) {
        resolved.inputs.push_back(resolver.from_default(port));
        continue;
      }
      wrong_names = true;
      faults.push_back(cat("the input '", port.name, "' (", port.type.text(),
                           ") is missing; give it with -i ", port.name, "=…"));
      continue;
    }
    auto result = resolver.from_given(port, *found->second);
    if (auto* error = std::get_if<ValueError>(&result)) {
      faults.push_back(cat(found->second->where, " ", port.name, error->path, ": ", error->message,
                           error->hint.empty() ? "" : "; ", error->hint));
    } else {
      resolved.inputs.push_back(std::get<RunInput>(std::move(result)));
    }
  }
  if (!faults.empty()) {
    ErrorCode code = unknown == faults.size() ? codes::k_no_such_input : codes::k_bad_input;
    throw Error(code, join(faults, "\n"), wrong_names ? describe_inputs(workflow) : "");
  }
  resolved.blobs = resolver.take_blobs();
  resolved.files = resolver.take_hashed();
  return resolved;
}

ResolvedInputs resolve_inputs(const Workflow& workflow, const LaunchPlan& plan,
                              const std::vector<GivenInput>& given, BlobStore& blobs,
                              const ReferenceResolver& resolve, Reading reading) {
  if (plan.inputs.empty() && plan.fixed.empty())
    return resolve_inputs(workflow, given, blobs, resolve, Absent::taken_from_defaults, reading);
  refuse_fixed(plan, given);
  Workflow preset = workflow;
  for (const PlanValues* values : {&plan.inputs, &plan.fixed}) {
    for (const auto& [name, value] : *values) port_of(preset, name).default_value = value;
  }
  ResolvedInputs resolved =
      resolve_inputs(preset, given, blobs, resolve, Absent::taken_from_defaults, reading);
  for (RunInput& input : resolved.inputs) {
    if (input.given == "default" && (has(plan.inputs, input.name) || has(plan.fixed, input.name)))
      input.given = "plan";
  }
  return resolved;
}

}  // namespace wf
