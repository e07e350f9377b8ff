// Items of `command` and values of `env`.
#pragma once
#include <optional>

#include "core/definition/draft.hpp"

namespace wf {

enum class ArgumentUse { command, env };

class ArgumentReader {
 public:
  ArgumentReader(Decoder& decoder, const Task& task, const TaskDraft& draft)
      : decoder_(decoder), task_(task), draft_(draft) {}

  // nullopt after a report.
  std::optional<Argument> read(YamlId at, ArgumentUse use);

 private:
  std::optional<Argument> refuse_kind(YamlId at, ArgumentUse use);
  bool check_reference(YamlId at, const Reference& reference, ArgumentUse use);
  std::optional<Type> type_of(const Reference& reference) const;
  bool check_path(YamlId at, const Reference& reference);
  bool check_one_text(YamlId at, const Reference& reference);
  bool check_expression(YamlId at, const Expression& expression);
  bool check_template(YamlId at, const Template& text, ArgumentUse use);
  const Port* find(const Reference& reference, ArgumentUse use) const;
  std::vector<std::string> known_references(ArgumentUse use) const;

  Decoder& decoder_;
  const Task& task_;
  const TaskDraft& draft_;
};

}  // namespace wf
