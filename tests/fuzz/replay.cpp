// Feeds a corpus, as tests/fuzz/seeds keeps it, to a fuzz target where there is no engine.
//   fuzz_NAME corpus/NAME.txt
#include <fstream>
#include <string>

#include "tests/fuzz/check.hpp"

namespace {

std::string decoded(const std::string& line) {
  std::string out;
  for (std::size_t at = 0; at < line.size(); ++at) {
    bool escape = line[at] == '%';
    out += escape ? static_cast<char>(std::stoi(line.substr(at + 1, 2), nullptr, 16)) : line[at];
    if (escape) at += 2;
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  wf::fuzz::check(argc == 2, "a corpus is given");
  std::ifstream in(argv[1]);
  int count = 0;
  for (std::string line; std::getline(in, line); ++count) {
    std::fprintf(stderr, "%s\n", line.c_str());
    std::string text = decoded(line);
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
  wf::fuzz::check(count > 0, "the corpus has inputs");
  return 0;
}
