// What a run that recovers another takes over from it.
//
// That run may itself recover one: what it did not come to, and nobody asked for again, is taken from there.
// So nothing is lost when a recovery is aborted before it had taken everything over.
//
// Whether a result still stands is decided by what it was made of: the digest of its inputs, which its
// artifact keeps. Nothing of what runs whatever becomes of others (`run_if`, hooks) is taken over: it is
// about the run that it was in.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/earlier_drivers.hpp"
#include "core/engine/gates.hpp"
#include "core/engine/run_record.hpp"

namespace wf {

class Recovery {
 public:
  // `run` is the one that recovers. Reads all that there is to take over; the runs before it have ended.
  Recovery(Database& database, const RunKey& run, const RunOrigin& origin);

  struct Result {
    Uuid artifact;
    std::size_t level = 0;  // how many runs back it stands
  };
  struct PassedGate {
    GateRow row;
    Uuid run;
    std::size_t level = 0;
  };
  // nullptr: there is none.
  const Result* result_of(const NodePath& execution) const;
  const PassedGate* gate_of(const std::string& node) const;
  // What was at work in a frame so many runs back, and which of its cases a node ran.
  std::optional<Digest> frame_of(std::size_t level, const std::string& prefix) const;
  std::optional<std::int64_t> choice_of(std::size_t level, const std::string& node) const;
  // The run that recovers has made something of a node.
  void note_made(const std::string& node);
  // Whether anything of a node, or in the frames that it runs, was made since the run of that level: by one after
  // it, or by the one that recovers.
  bool was_made_since(std::size_t level, const std::string& node) const;
  // The digest of what it was made of; nullopt when the artifact is gone.
  std::optional<Digest> inputs_of(const Result& result) const;

  bool is_asked_again(const NodePath& execution) const;
  // The runs on the way back, the newest first.
  const std::vector<Uuid>& runs() const { return runs_; }
  // Whether a name that was given for nodes to be run again means anything of what there is to take over.
  bool is_meant(const std::string& name) const;
  // Whether anything of a node, or in the frames that it runs, was done.
  bool has_begun(const std::string& node) const;
  // Whether a frame was opened, and whether what was at work in it has succeeded.
  bool has_frame(const std::string& prefix) const;
  bool has_succeeded(const std::string& prefix) const;

 private:
  struct Level {
    std::set<std::string> made;            // nodes with results that it did not take over itself
    std::map<std::string, OpenedFrame> frames;  // by prefix
    std::map<std::string, std::int64_t> choices;
  };
  void add_level(const RunKey& run, const std::vector<std::string>& again);

  Database& database_;
  RunKey run_;
  std::vector<std::string> again_;
  std::set<std::string> made_;  // nodes, by the run that recovers
  std::vector<Level> levels_;
  std::vector<Uuid> runs_;  // beside levels_
  std::map<NodePath, Result> results_;
  std::map<std::string, PassedGate> gates_;
  std::set<NodePath> failed_;  // tried by a later run of those before this one, in vain
};

}  // namespace wf
