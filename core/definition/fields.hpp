// What a user may write in a definition, each field described once.
#pragma once
#include "core/definition/decoder.hpp"

namespace wf {

struct WorkflowKeys {
  YamlId wf = k_no_yaml;
  YamlId name = k_no_yaml;
  YamlId description = k_no_yaml;
  YamlId inputs = k_no_yaml;
  YamlId tasks = k_no_yaml;
  YamlId nodes = k_no_yaml;
  YamlId outputs = k_no_yaml;
  YamlId failure_policy = k_no_yaml;
  YamlId timeout = k_no_yaml;
  YamlId concurrency = k_no_yaml;
  YamlId tests = k_no_yaml;
  YamlId on_failure = k_no_yaml;
  YamlId on_exit = k_no_yaml;
};

struct PortKeys {
  YamlId type = k_no_yaml;
  YamlId default_value = k_no_yaml;
  YamlId name = k_no_yaml;
  YamlId media_type = k_no_yaml;
  YamlId format = k_no_yaml;
  YamlId columns = k_no_yaml;
  YamlId min = k_no_yaml;
  YamlId max = k_no_yaml;
  YamlId pattern = k_no_yaml;
  YamlId one_of = k_no_yaml;
  YamlId temporary = k_no_yaml;
  YamlId description = k_no_yaml;
};

struct AmountKeys {
  YamlId cpu = k_no_yaml;
  YamlId memory = k_no_yaml;
  YamlId gpu = k_no_yaml;
  YamlId scratch = k_no_yaml;
};

struct ResourceKeys : AmountKeys {
  YamlId limits = k_no_yaml;
};

// Of tasks and nodes.
struct AttemptKeys {
  YamlId retries = k_no_yaml;
  YamlId retry = k_no_yaml;
  YamlId timeout = k_no_yaml;
  YamlId resources = k_no_yaml;
  YamlId interruptible = k_no_yaml;
  YamlId pools = k_no_yaml;

  std::array<YamlId, 6> all() const { return {retries, retry, timeout, resources, interruptible, pools}; }
};

struct ConcurrencyKeys {
  YamlId limit = k_no_yaml;
  YamlId policy = k_no_yaml;
};

struct RetryKeys {
  YamlId on_exit = k_no_yaml;
  YamlId base = k_no_yaml;
  YamlId factor = k_no_yaml;
  YamlId cap = k_no_yaml;
  YamlId jitter = k_no_yaml;
  YamlId system = k_no_yaml;
  YamlId escalate = k_no_yaml;
};

struct TimeoutKeys {
  YamlId attempt = k_no_yaml;
  YamlId total = k_no_yaml;
  YamlId queue = k_no_yaml;
};

struct TaskKeys : AttemptKeys {
  YamlId description = k_no_yaml;
  YamlId inputs = k_no_yaml;
  YamlId outputs = k_no_yaml;
  YamlId sources = k_no_yaml;
  YamlId command = k_no_yaml;
  YamlId script = k_no_yaml;
  YamlId shell = k_no_yaml;
  YamlId env = k_no_yaml;
  YamlId secrets = k_no_yaml;
  YamlId partitions = k_no_yaml;
  YamlId cache = k_no_yaml;
  YamlId dynamic = k_no_yaml;
  YamlId checkpoint = k_no_yaml;
  YamlId sandbox = k_no_yaml;
  YamlId image = k_no_yaml;
  YamlId network = k_no_yaml;
};

struct SandboxKeys {
  YamlId level = k_no_yaml;
  YamlId read = k_no_yaml;
  YamlId write = k_no_yaml;
  YamlId network = k_no_yaml;
};

struct SecretKeys {
  YamlId name = k_no_yaml;
  YamlId version = k_no_yaml;
};

struct CacheKeys {
  YamlId version = k_no_yaml;
  YamlId ignore = k_no_yaml;
  YamlId allow_empty = k_no_yaml;
};

struct IgnoreKeys {
  YamlId inputs = k_no_yaml;
  YamlId parts = k_no_yaml;
};

struct NodeKeys : AttemptKeys {
  YamlId description = k_no_yaml;
  YamlId task = k_no_yaml;
  YamlId workflow = k_no_yaml;
  YamlId cases = k_no_yaml;
  YamlId gate = k_no_yaml;
  YamlId fail = k_no_yaml;
  YamlId with = k_no_yaml;
  YamlId map = k_no_yaml;
  YamlId each = k_no_yaml;
  YamlId after = k_no_yaml;
  YamlId run_if = k_no_yaml;
  YamlId when = k_no_yaml;
};

struct GateKeys {
  YamlId approve = k_no_yaml;
  YamlId signal = k_no_yaml;
  YamlId sleep = k_no_yaml;
  YamlId timeout = k_no_yaml;
};

struct EachKeys {
  YamlId parallelism = k_no_yaml;
  YamlId min_success = k_no_yaml;
  YamlId min_success_ratio = k_no_yaml;
  YamlId stop_early = k_no_yaml;
  YamlId combine = k_no_yaml;
};

struct ConditionalKeys {
  YamlId condition = k_no_yaml;
  YamlId args = k_no_yaml;
};

struct RepeatedKeys {
  YamlId list = k_no_yaml;
  YamlId args = k_no_yaml;
};

struct TestKeys {
  YamlId description = k_no_yaml;
  YamlId inputs = k_no_yaml;
  YamlId stub = k_no_yaml;
  YamlId stubs = k_no_yaml;
  YamlId signals = k_no_yaml;
  YamlId expect = k_no_yaml;
};

struct SignalKeys {
  YamlId value = k_no_yaml;
  YamlId reject = k_no_yaml;
  YamlId timeout = k_no_yaml;
};

struct ExpectKeys {
  YamlId outputs = k_no_yaml;
  YamlId where = k_no_yaml;
  YamlId nodes = k_no_yaml;
  YamlId fails = k_no_yaml;
};

const Record<WorkflowKeys>& workflow_record();
const Record<PortKeys>& input_record();
const Record<PortKeys>& output_record();
const Record<TaskKeys>& task_record();
const Record<CacheKeys>& cache_record();
const Record<IgnoreKeys>& ignore_record();
const Record<ConditionalKeys>& conditional_record();
const Record<RepeatedKeys>& repeated_record();
const Record<NodeKeys>& node_record();
const Record<NodeKeys>& case_record();
const Record<NodeKeys>& hook_record();
const Record<GateKeys>& gate_record();
const Record<EachKeys>& each_record();
const Record<RetryKeys>& retry_record();
const Record<SecretKeys>& secret_record();
const Record<TimeoutKeys>& timeout_record();
const Record<ConcurrencyKeys>& concurrency_record();
const Record<ResourceKeys>& resource_record();
const Record<SandboxKeys>& sandbox_record();
const Record<AmountKeys>& limit_record();
const Record<AmountKeys>& escalation_record();
const Record<TestKeys>& test_record();
const Record<SignalKeys>& signal_record();
const Record<ExpectKeys>& expect_record();

// What `cache: {ignore: {parts: …}}` may name.
std::span<const std::string_view> cache_parts();

}  // namespace wf
