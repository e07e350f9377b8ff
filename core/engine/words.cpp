#include "core/engine/words.hpp"

#include <utility>

#include "core/base/text.hpp"
#include "core/definition/access.hpp"
#include "core/definition/reference.hpp"
#include "core/definition/value.hpp"
#include "core/engine/codes.hpp"
#include "core/engine/expression_values.hpp"

namespace wf {

namespace {

// More than Linux takes, whatever its limits are; told before memory is filled with it.
constexpr std::size_t k_max_command_bytes = std::size_t{6} * 1024 * 1024;

}  // namespace

std::string input_path(const Port& input) { return cat("in/", input.staged_name); }
std::string output_path(const Port& output) { return cat("out/", output.staged_name); }

std::string element_name(std::size_t index, std::size_t count) {
  std::string digits = std::to_string(index);
  std::size_t width = std::to_string(count - 1).size();
  return std::string(width - digits.size(), '0') + digits;
}

Words::Words(const Task& task, const std::vector<const Json*>& values, PathOf path_of)
    : task_(task), values_(values), path_of_(std::move(path_of)) {}

std::vector<std::string> Words::of_command() {
  expand(task_.command);
  return std::move(words_);
}

void Words::expand(const std::vector<CommandItem>& items) {
  for (const CommandItem& item : items) {
    if (const auto* some = std::get_if<ConditionalItems>(&item.value)) {
      if (expression_value(some->condition, named_values(), Type(Kind::boolean)).as_bool())
        expand(some->args);
    } else if (const auto* many = std::get_if<RepeatedItems>(&item.value)) {
      repeat(*many);
    } else {
      for (std::string& word : of(std::get<Argument>(item.value))) {
        bytes_ += word.size() + 1;
        if (bytes_ > k_max_command_bytes)
          throw Error(codes::k_bad_staging, "the arguments of the command have more than 6 MiB",
                      "take the values from a JSON file: give the input the type json");
        words_.push_back(std::move(word));
      }
    }
  }
}

void Words::repeat(const RepeatedItems& repeated) {
  const std::vector<Element> elements = elements_of(repeated.list);
  const Element* outer = element_;
  for (const Element& element : elements) {
    element_ = &element;
    expand(repeated.args);
  }
  element_ = outer;
}

std::vector<Words::Element> Words::elements_of(const Reference& list) const {
  std::vector<Element> elements;
  const Found found = find(list);
  if (found.value->is_null()) return elements;
  const Type type = repeated_type(found.type).value();
  bool placed = !found.path.empty() && without_optional(found.type).is_content_collection();
  auto path_of = [&](const std::string& name) { return placed ? cat(found.path, '/', name) : std::string(); };
  if (found.value->is_array()) {
    const auto& items = found.value->as_array();
    for (std::size_t i = 0; i < items.size(); ++i)
      elements.push_back({type, {}, &items[i], path_of(element_name(i, items.size()))});
  } else if (found.value->is_object()) {
    for (const auto& [key, value] : found.value->as_object())
      elements.push_back({type, Json::object().add("key", key).add("value", value), nullptr, path_of(key)});
  } else {
    throw Error(codes::k_access_failed,
                cat("'", list.text(), "' is ", found.value->compact().substr(0, 60),
                    " this time, and has no elements"),
                "{each: …} needs a list or a mapping");
  }
  return elements;
}

const Json& Words::value_of(const Port& port) const {
  return *values_[static_cast<std::size_t>(&port - task_.inputs.data())];
}

Words::Found Words::find(const Reference& reference) const {
  bool element = reference.root == k_element_root;
  const Port* port = element ? nullptr : find_port(task_.inputs, reference.name);
  const Type& type = element ? element_->type : port->type;
  const Json& whole = element ? element_->json() : value_of(*port);
  auto found = accessed_value(type, whole, reference);
  if (auto* fault = std::get_if<AccessFault>(&found))
    throw Error(codes::k_access_failed, cat("'", reference.text(), "' is not there: ", fault->message),
                fault->hint);
  auto& [reached, json] = std::get<Accessed>(found);
  bool entry = element && element_->value == nullptr;
  const std::vector<std::string> place =
      entry ? std::vector<std::string>{"value"} : std::vector<std::string>{};
  std::string path = reference.path != place ? "" : element ? element_->path : input_path(*port);
  return {std::move(reached), json, std::move(path)};
}

ValueOf Words::named_values() const {
  return [this](std::string_view root, std::string_view name) -> std::optional<TypedValue> {
    if (root == k_element_root && name.empty() && element_ != nullptr)
      return TypedValue{element_->type, &element_->json()};
    const Port* port = root == "inputs" ? find_port(task_.inputs, name) : nullptr;
    return port == nullptr ? std::nullopt : std::optional(TypedValue{port->type, &value_of(*port)});
  };
}

std::vector<std::string> Words::of(const Argument& argument) const {
  if (const auto* literal = std::get_if<std::string>(&argument)) return {*literal};
  if (const auto* reference = std::get_if<Reference>(&argument)) return words_of(*reference);
  return {text_of(std::get<Template>(argument))};
}

std::string Words::text_of(const Template& text) const {
  std::string out;
  for (const auto& piece : text.pieces) {
    if (const auto* literal = std::get_if<std::string>(&piece))
      out += *literal;
    else if (const auto* reference = std::get_if<Reference>(&piece))
      out += single_word(*reference);
    else
      out += expression_text(std::get<Expression>(piece), named_values());
  }
  return out;
}

std::string Words::single_word(const Reference& reference) const {
  std::vector<std::string> words = words_of(reference);
  if (words.size() == 1) return words.front();
  throw Error(codes::k_bad_staging,
              cat("$(", reference.text(), ") must give one word here, and it gives ", words.size()),
              "a null or a list cannot stand inside text; pass it as an argument of its own");
}

std::vector<std::string> Words::words_of(const Reference& reference) const {
  if (reference.root == "outputs") return {output_path(*find_port(task_.outputs, reference.name))};
  const Found found = find(reference);
  if (found.value->is_null()) return {};
  const Type& type = without_optional(found.type);
  bool input = reference.root == "inputs" && reference.path.empty();
  // A whole input that is neither text nor a list of texts or files is its JSON file, or its folder.
  bool elements =
      type.kind() == Kind::list && (!input || type.element().is_scalar() || type.is_content_collection());
  if (input && !elements && !type.is_scalar()) return {found.path};
  if (!elements) return {word_of(found, reference)};
  const auto& items = found.value->as_array();
  bool placed = !found.path.empty() && type.is_content_collection();
  std::vector<std::string> words;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].is_null()) continue;
    std::string path = placed ? cat(found.path, '/', element_name(i, items.size())) : std::string();
    words.push_back(word_of({type.element(), &items[i], std::move(path)}, reference));
  }
  return words;
}

// Of what is no whole input: what it says, or where it lies.
std::string Words::word_of(const Found& found, const Reference& reference) const {
  const Type& type = without_optional(found.type);
  const Json& json = *found.value;
  if (type.is_scalar()) return value_to_text(type, json);
  if (type.is_content()) {
    if (!found.path.empty()) return found.path;
    return path_of_(content_digest(json).value(), type.kind() == Kind::directory);
  }
  if (json.is_string()) return json.as_string();
  if (!json.is_array() && !json.is_object()) return json.canonical();
  throw Error(codes::k_access_failed,
              cat("'", reference.text(), "' is ", json.is_array() ? "a list" : "a mapping",
                  " this time, and no text"),
              reference.root == k_element_root
                  ? "go through it with {each: …}"
                  : cat("pass $inputs.", reference.name, ", the path of a JSON file"));
}

}  // namespace wf
