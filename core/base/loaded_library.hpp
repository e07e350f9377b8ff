// Functions of a library that is loaded when it is wanted.
#pragma once
#include <dlfcn.h>

namespace wf {

// Sets `function` to what `library` has under that name; false when it has none.
template <typename Function>
bool load_function(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace wf
