// Where control groups are made, in trees as both versions of cgroups(7) show them; the files of the kernel
// are made before, as nothing here answers a mkdir with them.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/base/text.hpp"
#include "executors/local/limit_groups.hpp"

using namespace wf;

namespace {

ResourceAmounts limits_of(std::int64_t cpu_milli, std::int64_t memory_bytes) {
  return {cpu_milli, memory_bytes, 0, 0};
}

void write_text(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

struct Tree {
  Tree() {
    std::string pattern = "/tmp/wf-groups-XXXXXX";
    root = ::mkdtemp(pattern.data());
    tree = {root + "/cgroup", root + "/own"};
    std::filesystem::create_directories(tree.root);
  }
  ~Tree() { std::filesystem::remove_all(root); }

  void own(const std::string& lines) const { write_text(tree.own, lines); }
  // A folder with these files and their texts.
  void group(const std::string& path, const std::vector<std::pair<std::string, std::string>>& files) const {
    std::filesystem::create_directories(tree.root + path);
    for (const auto& [name, text] : files) write_text(cat(tree.root, path, "/", name), text);
  }
  std::string text(const std::string& path) const { return read_file(tree.root + path); }

  std::string root;
  GroupTree tree;
};

}  // namespace

TEST_CASE("version 2: in the nearest group around that gives its children the controllers") {
  Tree t;
  t.own("0::/user.slice/app.slice/shell.scope\n");
  t.group("", {{"cgroup.controllers", "cpu memory pids"},
               {"cgroup.subtree_control", "cpu memory"},
               {"cgroup.procs", ""}});
  t.group("/user.slice/app.slice", {{"cgroup.subtree_control", "cpu memory pids\n"}, {"cgroup.procs", ""}});
  t.group("/user.slice/app.slice/shell.scope", {{"cgroup.subtree_control", ""}, {"cgroup.procs", ""}});
  const std::string made = "/user.slice/app.slice/wf-one-a";
  t.group(made, {{"memory.max", "max"},
                 {"memory.swap.max", "max"},
                 {"cpu.max", "max 100000"},
                 {"cgroup.procs", ""},
                 {"memory.events", "low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n"}});
  LimitGroups groups("wf-two-", t.tree);
  CHECK(groups.keeps(Resource::memory));
  CHECK(groups.keeps(Resource::cpu));
  CHECK_FALSE(groups.keeps(Resource::scratch));
  const LimitGroup group = groups.make("wf-one-a", limits_of(1500, 64 << 20));
  CHECK(t.text(made + "/memory.max").starts_with("67108864"));
  CHECK(t.text(made + "/memory.swap.max").starts_with("0"));
  CHECK(t.text(made + "/cpu.max").starts_with("150000 100000"));
  CHECK(group.doors().size() == 1);  // a process is in one group of version 2
  REQUIRE(group.memory_events());
  CHECK(group.memory_events()->limit_hits == 12);
  CHECK(group.memory_events()->oom_kills == 1);
  // What the kernel counts there is not of a limit that nobody has set.
  CHECK_FALSE(groups.make("wf-one-a", limits_of(1500, 0)).memory_events());
}

TEST_CASE("version 2: nothing around gives controllers, or may be written to") {
  Tree t;
  t.own("0::/a/b\n");
  t.group("", {{"cgroup.controllers", "cpu memory"}, {"cgroup.subtree_control", ""}, {"cgroup.procs", ""}});
  t.group("/a", {{"cgroup.subtree_control", "memory"}});  // no process can be moved across it
  t.group("/a/b", {{"cgroup.subtree_control", ""}, {"cgroup.procs", ""}});
  LimitGroups groups("wf-two-", t.tree);
  CHECK_FALSE(groups.keeps(Resource::memory));
  CHECK_FALSE(groups.keeps(Resource::cpu));
  CHECK(groups.make("wf-one-a", limits_of(1000, 1 << 20)).doors().empty());
}

TEST_CASE("version 2: a process cannot be in two groups, so memory goes before processors") {
  Tree t;
  t.own("0::/a/b\n");
  t.group(
      "",
      {{"cgroup.controllers", "cpu memory"}, {"cgroup.subtree_control", "cpu memory"}, {"cgroup.procs", ""}});
  t.group("/a", {{"cgroup.subtree_control", "memory"}, {"cgroup.procs", ""}});
  t.group("/a/b", {{"cgroup.subtree_control", ""}, {"cgroup.procs", ""}});
  LimitGroups groups("wf-two-", t.tree);
  CHECK(groups.keeps(Resource::memory));
  CHECK_FALSE(groups.keeps(Resource::cpu));
}

TEST_CASE("version 1: beside it version 2 without controllers") {
  Tree t;
  t.own("4:memory:/here\n1:cpu,cpuacct:/\n0::/\n");
  t.group("/unified", {{"cgroup.controllers", ""}, {"cgroup.subtree_control", ""}, {"cgroup.procs", ""}});
  t.group("/memory/here", {{"memory.limit_in_bytes", ""}, {"cgroup.procs", ""}});
  t.group("/memory/here/wf-one-a", {{"memory.limit_in_bytes", ""},
                                    {"cgroup.procs", ""},
                                    {"memory.failcnt", "3\n"},
                                    {"memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n"}});
  LimitGroups groups("wf-two-", t.tree);
  CHECK(groups.keeps(Resource::memory));
  CHECK_FALSE(groups.keeps(Resource::cpu));
  const LimitGroup group = groups.make("wf-one-a", limits_of(0, 1 << 20));
  CHECK(t.text("/memory/here/wf-one-a/memory.limit_in_bytes").starts_with("1048576"));
  CHECK(group.memory_events()->limit_hits == 3);
  CHECK(group.memory_events()->oom_kills == 2);
}
