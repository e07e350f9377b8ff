// The keys of tests, as fields.cpp has those of the rest.
#include "core/definition/field_schemas.hpp"
#include "core/definition/fields.hpp"

namespace wf {

namespace {

constexpr Presence k_optional = Presence::optional;

constexpr Field<TestKeys> k_test_fields[] = {
    {"description", k_optional, "What the test is about.", &TestKeys::description, text_schema},
    {"inputs", k_optional,
     "The inputs of the run, by name; of a file or directory a path relative to the definition. The others "
     "have their defaults.",
     &TestKeys::inputs, given_schema},
    {"stub", k_optional,
     "Tasks that are not run, or true for all: their outputs are made up by their types. None if absent.",
     &TestKeys::stub, stub_schema},
    {"stubs", k_optional, "Tasks that are not run, with the values of outputs: {score: {accuracy: 0.9}}.",
     &TestKeys::stubs, stubs_schema},
    {"signals", k_optional,
     "What gates are told, by node. A test waits for nobody: without a word here an approval is given, a signal "
     "gives a value that is made up by its type, and a sleep is over at once.",
     &TestKeys::signals, signals_schema},
    {"expect", k_optional, "What has to come of it; if absent, that the run succeeds.", &TestKeys::expect,
     expect_schema},
};

constexpr Field<SignalKeys> k_signal_fields[] = {
    {"value", k_optional, "The value that a signal gives.", &SignalKeys::value, any_schema},
    {"reject", k_optional, "The gate is rejected, and why.", &SignalKeys::reject, text_schema},
    {"timeout", k_optional, "Nobody answers before the timeout of the gate; of a sleep, that is over first.",
     &SignalKeys::timeout, boolean_schema},
};

constexpr Field<ExpectKeys> k_expect_fields[] = {
    {"outputs", k_optional, "The values of outputs of the workflow; of files a path with the same content.",
     &ExpectKeys::outputs, given_schema},
    {"where", k_optional,
     "An expression, or a list of them, that has to be true: over inputs.*, outputs.* and outputs of nodes.",
     &ExpectKeys::where, where_schema},
    {"nodes", k_optional, "How nodes have to end: succeeded, skipped, failed, or not_run.",
     &ExpectKeys::nodes, node_ends_schema},
    {"fails", k_optional,
     "The run has to fail: with this code, or with a failure that says this; true for any failure.",
     &ExpectKeys::fails, text_schema},
};

}  // namespace

const Record<TestKeys>& test_record() {
  static constexpr Record<TestKeys> k_record{"a test", "A run, and what has to come of it.", k_test_fields};
  return k_record;
}

const Record<SignalKeys>& signal_record() {
  static constexpr Record<SignalKeys> k_record{"what a gate is told", "One of 'value', 'reject' and 'timeout'.", k_signal_fields};
  return k_record;
}

const Record<ExpectKeys>& expect_record() {
  static constexpr Record<ExpectKeys> k_record{"'expect'", "What a test compares.", k_expect_fields};
  return k_record;
}

}  // namespace wf
