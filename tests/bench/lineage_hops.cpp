// What one question about lineage takes where a store is open: without the start of a program.
//   lineage_hops STORE up|down REFERENCE...
// Prints a line for each reference: its microseconds. Nothing is remembered from one question to the next but
// what SQLite keeps of the file; the first round over all of them is not counted.
#include <chrono>
#include <cstdio>
#include <span>
#include <string>

#include "core/base/clock.hpp"
#include "core/lineage/subject.hpp"

namespace {

std::int64_t microseconds_of(wf::Store& store, const wf::LineageQuery& query) {
  auto began = std::chrono::steady_clock::now();
  wf::Graph graph = wf::explore(store, query);
  auto took = std::chrono::steady_clock::now() - began;
  if (graph.vertices().empty()) std::fprintf(stderr, "nothing is known of %s\n", query.reference.c_str());
  return std::chrono::duration_cast<std::chrono::microseconds>(took).count();
}

}  // namespace

int main(int count, char** texts) {
  std::span<char*> arguments(texts, static_cast<std::size_t>(count));
  if (arguments.size() < 4) return 2;
  wf::SystemClock clock;
  auto store = wf::Store::open(arguments[1], wf::Access::read_only, clock);
  wf::LineageQuery query{"default", "development", {}, {}};
  bool up = std::string(arguments[2]) == "up";
  (up ? query.limits.up : query.limits.down) = 1;
  for (bool counted : {false, true}) {
    for (char* reference : arguments.subspan(3)) {
      query.reference = reference;
      std::int64_t took = microseconds_of(*store, query);
      if (counted) std::printf("%lld\n", static_cast<long long>(took));
    }
  }
  return 0;
}
