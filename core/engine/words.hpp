// What the arguments and variables of a task become for one execution, by the task's contract
// (wf-workflow(5)).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/definition/expression.hpp"
#include "core/definition/model.hpp"

namespace wf {

class Words {
 public:
  // Where the content is staged that stands inside of a value.
  using PathOf = std::function<std::string(const Digest& digest, bool directory)>;
  // One value for each input of the task; they and the task outlive this.
  Words(const Task& task, const std::vector<const Json*>& values, PathOf path_of);

  // Throw Error when a value gives no words (an element that is not there, null inside text).
  std::vector<std::string> of_command();
  // Usually one; none for null; one for each element of a list.
  std::vector<std::string> of(const Argument& argument) const;

 private:
  // What a reference names, and where it lies for the task: "" when it has no place of its own.
  struct Found {
    Type type;
    const Json* value = nullptr;
    std::string path;
  };
  // What `each` stands for: of a list an element, of a map an entry, whose value has the place.
  struct Element {
    Type type;
    Json entry;                   // of a map
    const Json* value = nullptr;  // of a list
    std::string path;
    const Json& json() const { return value == nullptr ? entry : *value; }
  };

  void expand(const std::vector<CommandItem>& items);
  void repeat(const RepeatedItems& repeated);
  std::vector<Element> elements_of(const Reference& list) const;
  Found find(const Reference& reference) const;
  const Json& value_of(const Port& port) const;
  ValueOf named_values() const;
  std::string text_of(const Template& text) const;
  std::string single_word(const Reference& reference) const;
  std::vector<std::string> words_of(const Reference& reference) const;
  std::string word_of(const Found& found, const Reference& reference) const;

  const Task& task_;
  const std::vector<const Json*>& values_;
  PathOf path_of_;
  const Element* element_ = nullptr;  // the innermost one that is gone through
  std::vector<std::string> words_;
  std::size_t bytes_ = 0;
};

// "in/table": where a task finds an input that is no scalar, relative to its working folder.
std::string input_path(const Port& input);
// "out/train": where it writes an output.
std::string output_path(const Port& output);
// The name of an element in the folder of a list: 07 of 10.
std::string element_name(std::size_t index, std::size_t count);

}  // namespace wf
