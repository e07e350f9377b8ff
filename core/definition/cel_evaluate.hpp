// The value of a tree.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/definition/cel_tree.hpp"
#include "core/definition/cel_value.hpp"

namespace wf::cel {

// Values refer to what `value_of` gave, which lives as long as the evaluator. Every fault has its span.
class Evaluator {
 public:
  Evaluator(const ValueOf& value_of, Budget& budget) : value_of_(value_of), budget_(budget) {}
  Value evaluate(const Node& node);

 private:
  Value value_of_node(const Node& node);
  Value name(const Node& node);
  Value select(const Node& node);
  Value index(const Node& node);
  Value element(const Value& whole, const Value& key);
  Value field(const Value& whole, const std::string& name);
  Value call(const Node& node);
  Value list(const Node& node);
  Value map(const Node& node);
  Value chain(const Node& node);
  Value relation(Operator op, const Value& left, const Value& right);
  Value contained(const Value& one, const Value& collection);
  Value conditional(const Node& node);
  Value logic(const Node& node);
  Value has(const Node& node);
  const std::optional<TypedValue>& named(const std::string& root, const std::string& name);

  const ValueOf& value_of_;
  Budget& budget_;
  std::map<std::pair<std::string, std::string>, std::optional<TypedValue>> given_;
};

}  // namespace wf::cel
