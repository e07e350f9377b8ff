#include "core/base/loaded_library.hpp"

#include <dlfcn.h>

#include <algorithm>

namespace wf {

bool WantedFunction::load_from(void* library) const {
  void* found = dlsym(library, name_);
  set_(place_, found);
  return found != nullptr;
}

bool load_functions(std::initializer_list<const char*> libraries,
                    std::initializer_list<WantedFunction> functions) {
  void* library = nullptr;
  for (const char* name : libraries)
    if (library == nullptr) library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
  return library != nullptr && std::all_of(functions.begin(), functions.end(),
                                           [&](const WantedFunction& one) { return one.load_from(library); });
}

}  // namespace wf
