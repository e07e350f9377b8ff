#include "executors/stub/stub_values.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "core/base/text.hpp"
#include "core/definition/constraints.hpp"
#include "core/definition/fit.hpp"
#include "core/definition/union_value.hpp"
#include "core/definition/value.hpp"
#include "executors/stub/codes.hpp"
#include "executors/stub/pattern_sample.hpp"

namespace wf {

namespace {

// Whether what a task would write for it is read back as that value: a union may leave it open.
bool reads_back(const Type& type, const Json& value) {
  if (type.has_content()) return true;
  ValueResult read = type.is_scalar() ? value_from_output_text(type, value_to_text(type, value) + "\n")
                                      : value_from_json(type, value_to_json(type, value, {}), {});
  const Json* found = std::get_if<Json>(&read);
  return found != nullptr && found->canonical() == value.canonical();
}

class Maker {
 public:
  explicit Maker(BlobStore& blobs) : blobs_(blobs) {}

  // nullopt: none is known that the port's constraints allow.
  std::optional<Json> make(const Port& port) {
    const Type& type = without_optional(port.type);
    pattern_ = has_name_pattern(port) ? port.limits.pattern : "";
    std::vector<Json> candidates;
    if (auto plain = value_of(type)) candidates.push_back(std::move(*plain));
    if (type.is_scalar()) add_by_limits(port.limits, candidates);
    auto fits = [&](const Json& value) { return !violation(port, value) && reads_back(port.type, value); };
    auto found = std::find_if(candidates.begin(), candidates.end(), fits);
    if (found == candidates.end() || !names_fit(port)) return std::nullopt;
    return std::move(*found);
  }

  std::vector<NewBlob> take_blobs() { return std::move(taken_); }

 private:
  static void add_by_limits(const Constraints& limits, std::vector<Json>& candidates) {
    if (limits.min) candidates.push_back(*limits.min);
    if (limits.max) candidates.push_back(*limits.max);
    candidates.insert(candidates.end(), limits.one_of.begin(), limits.one_of.end());
    if (!limits.pattern.empty()) candidates.emplace_back(text_for_pattern(limits.pattern));
  }

  bool names_fit(const Port& port) const {
    return pattern_.empty() || !without_optional(port.type).is_content_collection() ||
           (!name_violation(port, name_for_pattern(pattern_, 0)) &&
            name_for_pattern(pattern_, 0) != name_for_pattern(pattern_, 1));
  }

  std::optional<Json> value_of(const Type& type) {
    switch (type.kind()) {
      case Kind::integer:
        return Json(std::int64_t{1});
      case Kind::floating:
        return Json(1.0);
      case Kind::boolean:
        return Json(bool{true});
      case Kind::string:
        return Json("stub");
      case Kind::datetime:
        return Json("2000-01-01T00:00:00Z");
      case Kind::duration:
        return Json(std::int64_t{1'000'000'000});
      case Kind::enumeration:
        return Json(type.names().front());
      case Kind::json:
        return Json::object().add("stub", bool{true});
      case Kind::file:
      case Kind::dataset:
        return file_value(take(content_of(type)));
      case Kind::directory:
        return directory_value(take_folder());
      case Kind::optional:
        return value_of(type.element());
      case Kind::list:
      case Kind::map:
        return elements_of(type);
      case Kind::record:
        return fields_of(type);
      case Kind::one_of:
        return member_of_union(type);
    }
    return std::nullopt;
  }

  std::optional<Json> elements_of(const Type& type) {
    auto element = value_of(type.element());
    if (!element) return std::nullopt;
    if (type.kind() == Kind::list) return Json::array().push(*element).push(*element);
    Json map = Json::object();
    for (std::size_t i = 0; i < 2; ++i)
      map.add(pattern_.empty() ? std::string(1, static_cast<char>('a' + i)) : name_for_pattern(pattern_, i),
              *element);
    return map;
  }

  std::optional<Json> fields_of(const Type& type) {
    Json record = Json::object();
    for (std::size_t i = 0; i < type.names().size(); ++i) {
      auto field = value_of(type.types()[i]);
      if (!field) return std::nullopt;
      record.add(type.names()[i], std::move(*field));
    }
    return record;
  }

  // Of the first member whose value belongs to it alone. Those without files come first: the path of one may
  // be a text of another member, and no file has a text that is made up as its path.
  std::optional<Json> member_of_union(const Type& type) {
    for (bool content : {false, true}) {
      for (std::size_t i = 0; i < type.types().size(); ++i) {
        auto value = type.types()[i].has_content() == content ? value_of(type.types()[i]) : std::nullopt;
        if (!value) continue;
        Json whole = union_value(type, i, std::move(*value));
        if (content || reads_back(without_content(type), whole)) return whole;
      }
    }
    return std::nullopt;
  }

  static Type without_content(const Type& type) {
    std::vector<Type> members;
    for (const Type& one : type.types())
      if (!one.has_content()) members.push_back(one);
    return Type::one_of(std::move(members));
  }

  std::string content_of(const Type& type) {
    if (type.kind() != Kind::dataset) return "stub\n";
    // The marks at both ends of a parquet file, and nothing that a reader of them could take.
    if (type.word() == "parquet") return "PAR1PAR1";
    if (type.names().empty()) return "stub\n1\n";
    std::vector<std::string> row;
    for (const Type& column : type.types()) row.push_back(cell_of(column));
    std::vector<std::string> header;
    for (const std::string& name : type.names()) header.push_back(quoted(name));
    return cat(join(header, ","), "\n", join(row, ","), "\n");
  }

  std::string cell_of(const Type& column) {
    const Type& type = without_optional(column);
    auto value = type.is_scalar() ? value_of(type) : std::nullopt;
    return value ? quoted(value_to_text(type, *value)) : "";
  }

  static std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + "\"";
  }

  Digest take(std::string bytes) {
    taken_.push_back(blobs_.take_bytes(std::move(bytes)));
    return taken_.back().digest;
  }

  // One file named stub.
  Digest take_folder() {
    std::string bytes = "stub\n";
    auto size = static_cast<std::int64_t>(bytes.size());
    std::vector<TreeEntry> entries{{'f', take(std::move(bytes)), "stub", size}};
    Digest tree = take(render_tree(entries));
    taken_.back().tree = std::move(entries);
    return tree;
  }

  BlobStore& blobs_;
  std::string pattern_;  // of the names in the port that is being made
  std::vector<NewBlob> taken_;
};

const Json* given_for(const StubbedTask& stub, const std::string& output) {
  for (const auto& [name, value] : stub.outputs) {
    if (name == output) return &value;
  }
  return nullptr;
}

// Goes through a workflow and those that it uses, each once.
class Stubber {
 public:
  explicit Stubber(BlobStore& blobs) : maker_(blobs) {}

  StubbedWorkflow stub(const Workflow& workflow, const StubWish& wish) {
    made_.workflow = workflow;
    prepare(made_.workflow, wish);
    fill(made_.workflow, wish);
    for (const auto& [version, used] : used_) fill(*used, below(wish));
    if (!faults_.empty()) refuse();
    made_.blobs = maker_.take_blobs();
    return std::move(made_);
  }

 private:
  // What is wished for counts in the workflow itself; only `all` goes on into those that it uses.
  static StubWish below(const StubWish& wish) { return {wish.all, {}}; }

  static const StubbedTask* wished(const StubWish& wish, const Task& task) {
    static const StubbedTask k_all_made_up;
    for (const StubbedTask& one : wish.tasks) {
      if (one.task == task.name) return &one;
    }
    return wish.all ? &k_all_made_up : nullptr;
  }

  void prepare(Workflow& workflow, const StubWish& wish) {
    for (Task& task : workflow.tasks) {
      if (wished(wish, task) == nullptr) continue;
      task.cache.enabled = false;
      if (task.promised) task.outputs = *std::exchange(task.promised, std::nullopt);  // nothing is emitted
    }
    narrow(workflow, wish);
    for (Node& node : workflow.nodes) {
      prepare(node, wish);
      for (Node& one : node.cases) prepare(one, wish);
    }
  }

  // Where an output is bound to an input that takes a part of its values alone, one of these is made up.
  // Tasks that run are left as they are.
  static void narrow(Workflow& workflow, const StubWish& wish) {
    std::unordered_map<std::string_view, const Node*> nodes;
    for (const Node& node : workflow.nodes) nodes.emplace(node.name, &node);
    std::unordered_map<std::string_view, Task*> made_up;
    for (Task& task : workflow.tasks)
      if (wished(wish, task) != nullptr) made_up.emplace(task.name, &task);
    auto narrow_one = [&](const Binding* binding, const Type& wanted) {
      const auto* from = binding == nullptr ? nullptr : std::get_if<Reference>(&binding->value);
      if (from == nullptr || !from->path.empty()) return;
      auto node = nodes.find(from->root);
      auto task =
          node == nodes.end() || node->second->used ? made_up.end() : made_up.find(node->second->task);
      if (task != made_up.end()) narrow(*task->second, *from, wanted, *node->second);
    };
    for (const Node& node : workflow.nodes) {
      const Task* reader = task_of(workflow, node);
      if (reader == nullptr) continue;
      for (const Port& input : reader->inputs) {
        narrow_one(find_binding(node.with, input.name), input.type);
        narrow_one(find_binding(node.map, input.name), Type::list(input.type));
      }
    }
  }

  static void narrow(Task& task, const Reference& from, const Type& wanted, const Node& node) {
    const Type* type = &without_optional(wanted);
    if (!node.map.empty() && type->kind() == Kind::list) type = &without_optional(type->element());
    for (Port& output : task.outputs) {
      bool meant = output.name == from.name && is_narrowed(*type);
      if (meant && fit(without_optional(output.type), *type) == Fit::part) output.type = *type;
    }
  }

  static bool is_narrowed(const Type& type) {
    const Type& inner =
        type.kind() == Kind::list || type.kind() == Kind::map ? without_optional(type.element()) : type;
    return inner.kind() == Kind::enumeration || inner.kind() == Kind::dataset;
  }

  void prepare(Node& node, const StubWish& wish) {
    if (node.used) node.used = prepared(*node.used, below(wish));
  }

  std::shared_ptr<const UsedVersion> prepared(const UsedVersion& used, const StubWish& wish) {
    auto known = used_.find(used.version);
    if (known == used_.end()) {
      Workflow inside = *used.workflow;
      prepare(inside, wish);
      known = used_.emplace(used.version, std::make_shared<const Workflow>(std::move(inside))).first;
    }
    UsedVersion copy = used;
    copy.workflow = known->second;
    if (!used.task.empty()) lent_.insert(copy.workflow->find_task(used.task));
    return std::make_shared<const UsedVersion>(std::move(copy));
  }

  void fill(const Workflow& workflow, const StubWish& wish) {
    bool dynamic = std::any_of(workflow.tasks.begin(), workflow.tasks.end(),
                               [](const Task& task) { return task.promised.has_value(); });
    for (const Task& task : workflow.tasks) {
      const StubbedTask* stub = wished(wish, task);
      auto runs = [&](const Node& node) {
        auto chosen = [&](const Node& one) { return one.task == task.name; };
        return node.task == task.name || std::any_of(node.cases.begin(), node.cases.end(), chosen);
      };
      bool is_run = dynamic || lent_.contains(&task) ||
                    std::any_of(workflow.nodes.begin(), workflow.nodes.end(), runs);
      if (stub == nullptr || !is_run) continue;
      std::vector<Json>& values = made_.stubs[&task];
      for (const Port& output : task.outputs) {
        const Json* given = given_for(*stub, output.name);
        std::optional<Json> value = given != nullptr ? *given : maker_.make(output);
        if (!value)
          faults_.push_back(
              cat("the output '", output.name, "' (", output.type.text(), ") of the task '", task.name, "'"));
        values.push_back(value.value_or(Json()));
      }
    }
  }

  [[noreturn]] void refuse() const {
    throw Error(codes::k_no_stub_value,
                cat("no value is known that fits ", join(faults_, ", "), faults_.size() == 1 ? "" : " each",
                    " and what the definition demands of it"),
                "give one in a test case: stubs: {TASK: {OUTPUT: VALUE}}");
  }

  Maker maker_;
  StubbedWorkflow made_;
  std::unordered_map<Digest, std::shared_ptr<const Workflow>, DigestHash> used_;
  std::unordered_set<const Task*> lent_;  // run by nodes of other workflows
  std::vector<std::string> faults_;
};

}  // namespace

StubbedWorkflow stubbed(const Workflow& workflow, const StubWish& wish, BlobStore& blobs) {
  return Stubber(blobs).stub(workflow, wish);
}

Json stub_answer(const Node& gate, BlobStore& blobs) {
  Json answer;
  for (const Port& output : gate.outputs) answer = Maker(blobs).make(output).value_or(Json());
  return answer;
}

}  // namespace wf
