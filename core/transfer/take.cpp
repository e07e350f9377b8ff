#include "core/transfer/take.hpp"

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/store/codes.hpp"
#include "core/transfer/carry.hpp"
#include "core/transfer/codes.hpp"
#include "core/transfer/readable.hpp"
#include "core/transfer/survey.hpp"
#include "core/transfer/taker.hpp"

namespace wf {

namespace {

using transfer::Carrier;

void require_other(const Store& from, const Store& to) {
  auto one = stat_if_exists(from.database_path());
  auto other = stat_if_exists(to.database_path());
  if (!one || !other || one->st_dev != other->st_dev || one->st_ino != other->st_ino) return;
  throw Error(codes::k_same_store, cat("'", from.path(), "' is the store that it is to be merged into"),
              "name another store, or the one to merge into with --store");
}

void select(Store& from, Store& to, Transfer& found) {
  transfer::Selection(from.database())
      .take_everything(transfer::survey_runs(from.database(), to.database(), found));
}

// Those of a bundle were looked at before.
void require_readable(Store& from) {
  auto fault = transfer::json_fault(from.database(), transfer::Rows::selected);
  if (!fault) return;
  throw Error(codes::k_store_corrupt, cat("the store '", from.path(), "' is damaged: ", *fault),
              "nothing was taken: restore a backup of that store, or merge what another one has");
}

void bring_files(Store& from, Store& to, Carrier& carrier) {
  Transaction look(to.database(), Transaction::Mode::read);
  Transfer unused;
  select(from, to, unused);
  carrier.bring_files();
}

}  // namespace

// A dry run does the same and does not commit it: so it says what would come, and not something like it.
Transfer take_from(Store& from, Store& to, Origin origin, OnConflict on_conflict, Apply apply) {
  require_other(from, to);
  Carrier carrier(from, to);
  Transaction snapshot(from.database(), Transaction::Mode::read);
  if (apply == Apply::yes) bring_files(from, to, carrier);
  Transaction transaction(to.database(), Transaction::Mode::write);
  Transfer transfer;
  select(from, to, transfer);
  if (origin == Origin::store) require_readable(from);
  transfer::Carried carried =
      carrier.record(apply == Apply::yes ? Carrier::How::record : Carrier::How::count);
  transfer.blobs = carried.blobs;
  transfer.bytes = carried.bytes;
  transfer::Taker(from, to, origin, transfer).take_rows();
  transfer.refused = !transfer.conflicts.empty() && on_conflict == OnConflict::stop;
  if (apply == Apply::dry_run || transfer.refused) return transfer;
  if (!transfer.is_empty()) transaction.commit();
  transfer.applied = true;
  return transfer;
}

}  // namespace wf
