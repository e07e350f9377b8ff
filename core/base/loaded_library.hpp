// Functions of a library that is loaded when it is wanted, and stays.
#pragma once
#include <initializer_list>

namespace wf {

// One of them by its name, and the pointer that is to have it.
class WantedFunction {
 public:
  template <typename Function>
  WantedFunction(const char* name, Function*& place)
      : name_(name), place_(&place), set_([](void* to, void* found) {
          *static_cast<Function**>(to) = reinterpret_cast<Function*>(found);
        }) {}

  // False when the library has none of that name.
  bool load_from(void* library) const;

 private:
  const char* name_;
  void* place_;
  void (*set_)(void* place, void* found);
};

// Loads the first of these libraries that this machine has; false when it has none, or that lacks a function.
bool load_functions(std::initializer_list<const char*> libraries,
                    std::initializer_list<WantedFunction> functions);

}  // namespace wf
