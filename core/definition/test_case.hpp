// The tests of a definition: what `wf test` runs and compares. They are kept in the text that is registered,
// and are no part of the version.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/definition/expression.hpp"

namespace wf {

using NamedValues = std::vector<std::pair<std::string, Json>>;  // canonical, in the order of the file

// A task that is not run: its outputs are made up, except those that are given here.
struct StubbedTask {
  std::string task;
  NamedValues outputs;
};

// Which tasks are stubs; with `all`, those of the workflows that nodes run as well.
struct StubWish {
  bool all = false;
  std::vector<StubbedTask> tasks;  // by name
};

// What a gate is told, instead of what it would be without a word about it: yes, or a value that is made up.
struct GateSignal {
  std::string gate;
  enum class Kind : std::uint8_t { given, rejected, too_late } kind = Kind::given;
  Json value;        // of what is given
  std::string note;  // why it is rejected
};

enum class NodeEnd : std::uint8_t { succeeded, skipped, failed, aborted, not_run };
inline constexpr std::array<std::string_view, 5> k_node_end_names{"succeeded", "skipped", "failed", "aborted",
                                                                  "not_run"};

struct Expectation {
  NamedValues outputs;
  std::vector<Expression> where;  // each a bool, over inputs.*, outputs.* and the outputs of nodes
  std::vector<std::pair<std::string, NodeEnd>> nodes;
  bool fails = false;   // else the run has to succeed
  std::string failure;  // the code of a failure, or a part of what it says; "" for any
};

struct TestCase {
  std::string name;
  std::string description;
  int line = 0;
  NamedValues inputs;  // the others have their defaults
  StubWish stubs;
  std::vector<GateSignal> signals;
  Expectation expect;
};

}  // namespace wf
