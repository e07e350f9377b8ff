// What nodes' inputs and the workflow's outputs are given.
#pragma once
#include <optional>
#include <string>

#include "core/definition/draft.hpp"
#include "core/definition/literal.hpp"
#include "core/definition/reference.hpp"

namespace wf {

// Reports what is wrong with an expression at its place in the text of a scalar.
void report_faults(Decoder& decoder, YamlId at, const Expression& expression,
                   std::vector<ExpressionFault> faults);

void report_faults(Decoder& decoder, YamlId at, const std::vector<ReferenceFault>& faults);

// An expression on its own, as in `when`; nullopt after a report of what is none.
std::optional<Expression> read_expression(Decoder& decoder, YamlId at);

class BindingReader {
 public:
  BindingReader(Decoder& decoder, Draft& draft);

  // The binding of an input of the node at `node`; `type` is nullptr when it is not known. nullopt after a
  // report.
  std::optional<Binding> read_input(YamlId at, const Type* type, std::size_t node, const std::string& what);
  // The condition of the node at `node`: an expression whose value is a bool.
  std::optional<Expression> read_condition(YamlId at, std::size_t node);
  // What a test demands, over the outputs of the workflow as well; these have been read.
  std::optional<Expression> read_predicate(YamlId at);
  // The binding of a workflow output and its type.
  // `promised` is what a dynamic task says of it; else nullptr, and there are no literals.
  std::optional<WorkflowOutput> read_output(YamlId at, const std::string& name, const Port* promised);

 private:
  struct Target {
    std::size_t node;         // no_node for workflow outputs
    const std::string& what;  // "input 'k' of task 'score'"
    bool sees_outputs = false;
  };
  static constexpr std::size_t no_node = static_cast<std::size_t>(-1);

  std::optional<Binding> read(YamlId at, const Type* type, const Target& target);
  std::optional<Expression> read_truth(YamlId at, const Target& target);
  std::optional<Binding> read_text(YamlId at, const Type* type, const Target& target);
  std::optional<Binding> read_list(YamlId at, const Type* type, const Target& target);
  std::optional<Binding> read_map(YamlId at, const Type* type, const Target& target);
  std::optional<Binding> read_literal(YamlId at, const Type* type);
  bool check_reference(YamlId at, const Reference& reference, const Type* type, const Target& target);
  std::optional<Binding> read_whole(YamlId at, Template::Piece& piece, const Type* type,
                                    const Target& target);
  bool check_one_text(YamlId at, const std::string& what, const Type& type, bool takes_null);
  bool check_constant(YamlId at, const Binding& binding, const Type* type);
  void warn_without_error(YamlId at, const Template& text, const Target& target);
  bool sees_error_or_null(const Target& target) const;
  std::optional<Binding> read_template(YamlId at, ParsedTemplate parsed, const Type* type,
                                       const Target& target);
  std::optional<Type> check_expression(YamlId at, const Expression& expression,
                                       const std::optional<Type>& wanted, const Target& target);
  bool check_template(YamlId at, const ParsedTemplate& parsed, const Type* type, const Target& target);
  bool check_type(YamlId at, const std::string& given, const Type& from, const Type* type,
                  const Target& target);
  std::optional<const Type*> accepting(YamlId at, const Type* type, Shape shape, const Target& target);
  // The type of what a reference names, if that is known; reports names that are not.
  struct Resolved {
    bool found = false;
    std::optional<Type> type;
  };
  Resolved resolve(YamlId at, const Reference& reference, const Target& target);
  Resolved resolve_whole(YamlId at, const Reference& reference, const Target& target);
  Resolved resolve_input(YamlId at, const Reference& reference);
  Resolved resolve_output(YamlId at, const Reference& reference);
  Resolved resolve_error(YamlId at, const Reference& reference, const Target& target);
  Resolved resolve_node(YamlId at, const Reference& reference, std::size_t node, const Target& target);
  template <typename Named>
  Resolved unknown(YamlId at, const Reference& reference, const std::vector<Named>& known,
                   std::string hint = {});
  // Whether the name is one of an input, or of an output of a node.
  bool is_known(const Reference& reference) const;
  std::optional<Reference> known_name(YamlId at) const;
  std::string meant_by(const Reference& reference) const;
  bool refuse_root_alone(YamlId at);
  void warn_lookalikes(YamlId at);
  void report(YamlId at, Decoder::Fault fault);
  bool has_reference(YamlId at) const;

  Decoder& decoder_;
  Draft& draft_;
  LiteralReader literals_;
  std::optional<Span> inside_;  // of the scalar: the piece, or the name in it, that is being looked at
};

}  // namespace wf
