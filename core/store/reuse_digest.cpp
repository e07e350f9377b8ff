#include "core/store/reuse_digest.hpp"

namespace wf {

Digest reuse_digest(std::string_view executions, std::string_view artifacts) {
  return Hasher().update_prefixed(executions).update_prefixed(artifacts).finish();
}

}  // namespace wf
