#include "core/engine/reuse_pack.hpp"

#include "core/store/reuse_digest.hpp"

namespace wf {

// By hand: node names need no escaping, and a Json for each of 10 000 executions costs more than their row.
void ReusePack::add(const NodePath& execution, const Uuid& artifact) {
  executions_ += size_ == 0 ? "[" : ",";
  executions_ += '"';
  executions_ += execution.node;
  executions_ += '/';
  executions_ += std::to_string(execution.element);
  executions_ += '"';
  artifacts_ += artifact.view();
  ++size_;
}

Digest ReusePack::write(Database& database, const RunKey& run, std::int64_t pack, std::int64_t reused_us) {
  executions_ += ']';
  database
      .statement(
          "INSERT INTO reuse_pack (project, domain, run, pack, executions, artifacts, reused_us, state) "
          "VALUES ("
          "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
      .bind(run.project, run.domain, run.id, pack, executions_, Bytes{artifacts_}, reused_us, state_)
      .run();
  Digest digest = reuse_digest(executions_, artifacts_);
  executions_.clear();
  artifacts_.clear();
  size_ = 0;
  return digest;
}

std::int64_t last_pack(Database& database, const RunKey& run) {
  Statement& row = database.statement(
      "SELECT coalesce(max(pack), 0) FROM reuse_pack WHERE project = ?1 AND domain = ?2 AND run = ?3");
  ResetLater reset(row);
  return row.bind(run.project, run.domain, run.id).step() ? row.integer(0) : 0;
}

}  // namespace wf
