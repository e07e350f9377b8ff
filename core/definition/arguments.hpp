// Items of `command` and values of `env`.
#pragma once
#include <optional>

#include "core/definition/access.hpp"
#include "core/definition/draft.hpp"

namespace wf {

enum class ArgumentUse { command, env };

class ArgumentReader {
 public:
  ArgumentReader(Decoder& decoder, const Task& task, const TaskDraft& draft)
      : decoder_(decoder), task_(task), draft_(draft) {}

  // nullopt after a report.
  std::optional<Argument> read(YamlId at, ArgumentUse use);
  // The items of a command, or of what is conditional or repeated in it, without those that were reported.
  std::vector<CommandItem> read_items(YamlId list);

 private:
  // What `each` stands for where it may stand; its type is not known when that of the list was refused.
  struct Element {
    std::optional<Type> type;
  };

  YamlId member_of(YamlId at, std::string_view name) const;
  std::optional<CommandItem> read_item(YamlId at);
  std::optional<CommandItem> read_conditional(YamlId at);
  std::optional<CommandItem> read_repeated(YamlId at);
  std::optional<std::vector<CommandItem>> read_args(YamlId at);
  std::optional<Reference> read_list(YamlId at, Element& element);
  std::optional<Argument> refuse_kind(YamlId at, ArgumentUse use);
  bool is_known(const Reference& reference, ArgumentUse use) const;
  bool check_reference(YamlId at, const Reference& reference, ArgumentUse use);
  std::optional<Type> whole_type(const Reference& reference) const;
  std::optional<Type> type_of(const Reference& reference) const;
  bool check_access(YamlId at, const Reference& reference);
  bool check_words(YamlId at, const Reference& reference);
  bool check_one_text(YamlId at, const Reference& reference);
  std::variant<Type, NameProblem> type_named(std::string_view root, std::string_view name) const;
  std::optional<Type> check_expression(YamlId at, const Expression& expression,
                                       const std::optional<Type>& wanted);
  bool check_length(YamlId at, const std::string& text);
  bool check_constant(YamlId at, const Expression& expression);
  bool check_text(YamlId at, const Expression& expression);
  bool check_template(YamlId at, const Template& text, ArgumentUse use);
  const Port* find(const Reference& reference, ArgumentUse use) const;
  std::vector<std::string> known_references(ArgumentUse use) const;

  Decoder& decoder_;
  const Task& task_;
  const TaskDraft& draft_;
  std::optional<Element> element_;  // within args of {each: …}: the innermost one
  int level_ = 0;                   // of args in args
};

}  // namespace wf
