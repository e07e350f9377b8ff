#include "core/store/copy_plan.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.hpp"
#include "core/base/stopping.hpp"
#include "core/base/text.hpp"
#include "core/base/tree.hpp"
#include "core/store/blob_faults.hpp"
#include "core/store/files/copy_out.hpp"

namespace wf {

namespace {

void set_mode(const std::string& path, mode_t mode) {
  if (::chmod(path.c_str(), mode) != 0) throw_errno("set the mode of", path);
}

void copy_object(const CopyStep& step, const std::stop_token& stop) {
  if (!exists(step.content)) throw_missing(step.digest, cat("'", step.content, "' is not there"));
  files::copy_new(step.content, step.path, step.mode, stop);
  if (hash_file(step.path, stop).digest == step.digest) return;
  ::unlink(step.path.c_str());
  throw_damaged(step.digest, cat("'", step.content, "' holds other bytes"));
}

void make(const CopyStep& step, const std::stop_token& stop) {
  switch (step.kind) {
    case CopyStep::Kind::folder:
      if (::mkdir(step.path.c_str(), 0700) != 0) throw_errno("create the folder", step.path);
      return;
    case CopyStep::Kind::link:
      if (::symlink(step.content.c_str(), step.path.c_str()) != 0) throw_errno("make the link", step.path);
      return;
    case CopyStep::Kind::bytes:
      return files::write_new(step.path, step.content, step.mode);
    case CopyStep::Kind::file:
      return copy_object(step, stop);
  }
}

}  // namespace

void carry_out(const CopyPlan& plan, const std::stop_token& stop) {
  for (const CopyStep& step : plan.steps) {
    require_going(stop);
    make(step, stop);
  }
  // Only now, and from the bottom up: a read-only folder takes no entries.
  for (auto step = plan.steps.rbegin(); step != plan.steps.rend(); ++step) {
    if (step->kind == CopyStep::Kind::folder) set_mode(step->path, step->mode);
  }
}

}  // namespace wf
