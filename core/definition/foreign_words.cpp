#include "core/definition/foreign_words.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace wf {

namespace {

struct ForeignWord {
  WordOf place;
  std::string_view word;  // in lower case, without _ and -
  std::string_view here;  // what it is here
  std::string_view hint;
};

constexpr ForeignWord k_words[] = {
    {WordOf::keys, "args", "command",
     "write 'command: [PROGRAM, ARGUMENT, …]': arguments stand behind the program"},
    {WordOf::keys, "arguments", "with", "write 'with: {INPUT: VALUE}'"},
    {WordOf::keys, "cmd", "command", "write 'command: [PROGRAM, ARGUMENT, …]'"},
    {WordOf::keys, "container", "image", "write 'image: IMAGE'"},
    {WordOf::keys, "dag", "nodes", "write 'nodes: {NODE: {task: TASK}}'"},
    {WordOf::keys, "dependencies", "after", "write 'after: [NODE]'"},
    {WordOf::keys, "depends", "after", "write 'after: [NODE]'"},
    {WordOf::keys, "dependson", "after", "write 'after: [NODE]'"},
    {WordOf::keys, "else", "when", "write the last case without 'when': it is run where no other fits"},
    {WordOf::keys, "foreach", "map", "write 'map: {INPUT: LIST}'"},
    {WordOf::keys, "if", "when", "write 'when: EXPRESSION'"},
    {WordOf::keys, "jobs", "nodes", "write 'nodes: {NODE: {task: TASK}}'"},
    {WordOf::keys, "needs", "after", "write 'after: [NODE]'"},
    {WordOf::keys, "parameters", "with", "write 'with: {INPUT: VALUE}'"},
    {WordOf::keys, "params", "with", "write 'with: {INPUT: VALUE}'"},
    {WordOf::keys, "retrystrategy", "retries", "write 'retries: 2', and 'retry' for when"},
    {WordOf::keys, "run", "script", "write 'script: |'"},
    {WordOf::keys, "steps", "nodes", "write 'nodes: {NODE: {task: TASK}}'"},
    {WordOf::keys, "template", "task", "write 'task: TASK'"},
    {WordOf::keys, "templates", "tasks", "write 'tasks: {TASK: {script: …}}'"},
    {WordOf::keys, "withitems", "map", "write 'map: {INPUT: LIST}'"},
    {WordOf::keys, "withparam", "map", "write 'map: {INPUT: LIST}'"},
    {WordOf::types, "any", "json", "write json"},
    {WordOf::types, "array", "list", "write list<T>, such as list<int>"},
    {WordOf::types, "boolean", "bool", "write bool"},
    {WordOf::types, "date", "datetime", "write datetime"},
    {WordOf::types, "dict", "map", "write map<T>, such as map<int>: its keys are texts"},
    {WordOf::types, "dir", "directory", "write directory"},
    {WordOf::types, "double", "float", "write float"},
    {WordOf::types, "folder", "directory", "write directory"},
    {WordOf::types, "integer", "int", "write int"},
    {WordOf::types, "long", "int", "write int"},
    {WordOf::types, "number", "float", "write float, or int"},
    {WordOf::types, "object", "map", "write map<T>, {record: {field: T}} or json"},
    {WordOf::types, "optional", "", "write T?, such as int?"},
    {WordOf::types, "path", "file", "write file, or directory"},
    {WordOf::types, "str", "string", "write string"},
    {WordOf::types, "text", "string", "write string"},
    {WordOf::types, "timestamp", "datetime", "write datetime"},
    {WordOf::types, "tuple", "list", "write list<T>, or {record: {field: T}}"},
    {WordOf::types, "union", "", "write A|B, such as int|string"},
    {WordOf::functions, "count", "size", "write size(x)"},
    {WordOf::functions, "float", "double", "write double(x)"},
    {WordOf::functions, "includes", "contains", "write x.contains(y)"},
    {WordOf::functions, "len", "size", "write size(x)"},
    {WordOf::functions, "length", "size", "write size(x)"},
    {WordOf::functions, "str", "string", "write string(x)"},
};

std::string plain(std::string_view word) {
  std::string out = lower_ascii(word);
  out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == '_' || c == '-'; }), out.end());
  return out;
}

}  // namespace

std::string foreign_word_hint(WordOf place, std::string_view word, const std::vector<std::string>& known) {
  const std::string wanted = plain(word);
  for (const ForeignWord& one : k_words) {
    if (one.place != place || one.word != wanted) continue;
    bool is_here = one.here.empty() || std::find(known.begin(), known.end(), one.here) != known.end();
    if (is_here) return std::string(one.hint);
  }
  return {};
}

}  // namespace wf
