// wf pool: semaphores that attempts of all runs share.
#include <algorithm>
#include <charconv>
#include <memory>

#include "cli/codes.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/store_access.hpp"
#include "core/base/json_members.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "core/engine/pool_claims.hpp"
#include "core/engine/pools.hpp"
#include "core/engine/run_record.hpp"
#include "core/lineage/tree_text.hpp"

namespace wf::cli {

namespace {

struct SetOptions {
  std::string name;
  std::string size;
  std::optional<std::string> description;
};

std::int64_t read_size(const std::string& text) {
  std::int64_t size = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && size >= 0) return size;
  throw Error(codes::k_usage, cat("'", text, "' is no number of tokens"),
              cat("give a whole number from 0 to ", INT64_MAX));
}

// What of a pool is taken, and by whom; who waits.
struct PoolUse {
  Pool pool;
  std::vector<PoolClaim> claims;  // in the order of the line

  std::int64_t taken() const {
    std::int64_t sum = 0;
    for (const PoolClaim& claim : claims) sum += claim.held ? claim.tokens : 0;
    return sum;
  }
  std::int64_t waiting() const {
    return std::count_if(claims.begin(), claims.end(), [](const PoolClaim& claim) { return !claim.held; });
  }
};

PoolUse read_use(Store& store, const Pool& pool) { return {pool, read_living_claims(store, pool.name)}; }

Json claim_json(Database& database, const PoolClaim& claim) {
  const bool of_run = load_run(database, claim.run).has_value();
  Json json = Json::object();
  json.add("project", claim.run.project).add("domain", claim.run.domain);
  json.add("run", of_run ? Json(claim.run.id.text()) : Json());
  json.add("claimant", claimant_text(database, claim.run));
  add_node(json, claim.execution.node, claim.execution.element);
  json.add("tokens", claim.tokens).add("state", claim.held ? "held" : "waiting");
  return json.add("asked", format_wall_us(claim.asked_us));
}

Json use_json(const PoolUse& use) {
  Json json = Json::object();
  json.add("pool", use.pool.name).add("size", use.pool.size).add("taken", use.taken()).add("waiting", use.waiting());
  json.add("description", or_null(use.pool.description)).add("changed", format_wall_us(use.pool.changed_us));
  return json.add("changed_by", use.pool.changed_by);
}

std::string claim_text(const PoolClaim& claim, const std::string& claimant) {
  return cat(claim.held ? "held     " : "waiting  ", claim.tokens, "  ", claimant, "  ",
             claim.execution.text(), "  since ", short_time(claim.asked_us), "\n");
}

std::string use_text(Database& database, const PoolUse& use) {
  const Pool& pool = use.pool;
  std::string text = cat("pool:        ", pool.name, "\ndescription: ", pool.description.empty() ? "-" : pool.description,
                         "\nsize:        ", pool.size, "\ntaken:       ", use.taken(), "\nwaiting:     ", use.waiting(),
                         "\nchanged:     ", short_time(pool.changed_us), " by ", pool.changed_by, "\n");
  for (const PoolClaim& claim : use.claims) text += claim_text(claim, claimant_text(database, claim.run));
  return escape_terminal(text, Lines::multiline);
}

Exit set(const Context& context, const SetOptions& options) {
  const std::int64_t size = read_size(options.size);
  auto store = open_store(context, Access::create);
  Pool pool = set_pool(*store, options.name, size, options.description);
  print_object(context,
               context.globals.quiet
                   ? ""
                   : cat("pool ", pool.name, " has ", pool.size, pool.size == 1 ? " token\n" : " tokens\n"),
               use_json(read_use(*store, pool)));
  return Exit::ok;
}

Exit list(const Context& context) {
  auto store = open_store(context, Access::read_only);
  Listing listing{"pools",
                  {{"pool", "POOL"}, {"size", "SIZE"}, {"taken", "TAKEN"}, {"waiting", "WAITING"}, {"description", "DESCRIPTION"}},
                  {}};
  for (const Pool& pool : list_pools(store->database()))
    listing.rows.push_back(use_json(read_use(*store, pool)));
  print_listing(context, listing);
  return Exit::ok;
}

Exit show(const Context& context, const std::string& name) {
  auto store = open_store(context, Access::read_only);
  PoolUse use = read_use(*store, get_pool(store->database(), name));
  print_object(context, use_text(store->database(), use),
               use_json(use).add("claims", list_json(use.claims, [&](const PoolClaim& claim) {
                                   return claim_json(store->database(), claim);
                                 })));
  return Exit::ok;
}

Exit remove(const Context& context, const std::string& name) {
  auto store = open_store(context, Access::read_write);
  delete_pool(*store, name);
  print_object(context, context.globals.quiet ? "" : cat("deleted pool ", name, "\n"), Json::object().add("pool", name).add("deleted", true));
  return Exit::ok;
}

}  // namespace

Command make_pool_set() {
  auto options = std::make_shared<SetOptions>();
  Command command;
  command.name = "pool set";
  command.summary = "Make a pool, or change how many tokens it has";
  command.details =
      "A pool is a semaphore that all runs of the store share, whatever their project and domain: connections to a "
      "database, licences, a device. A task or node with 'pools: {NAME: TOKENS}' takes so many of its tokens for each "
      "attempt, and gives them back when that has ended, however it ended and whatever became of its driver. First come, "
      "first served.\n"
      "With a smaller SIZE nothing is taken away: nobody gets more until there are enough. Of a pool with 0 tokens nobody "
      "gets any, until it has some again.";
  command.examples = {{"wf pool set warehouse 4", "four connections"},
                      {"wf pool set warehouse 0", "hold up what needs it"}};
  command.positionals = {{"POOL", "its name", &options->name}, {"SIZE", "how many tokens it has, 0 or more", &options->size}};
  command.options = {{"--description", "TEXT", "what it stands for", &options->description}};
  command.formats = k_show_formats;
  command.run = [options](Context& context) { return set(context, *options); };
  return command;
}

Command make_pool_list() {
  Command command{"pool list", "List the pools of the store", "With how many tokens each has, how many are taken, and how many executions wait."};
  command.examples = {{"wf pool list", "what there is to share"}};
  command.formats = k_list_formats;
  command.run = [](Context& context) { return list(context); };
  return command;
}

Command make_pool_show() {
  auto name = std::make_shared<std::string>();
  Command command{"pool show", "Show who has tokens of a pool, and who waits",
                  "In the order in which they asked. Whoever is dead has nothing."};
  command.examples = {{"wf pool show warehouse", "who is connected"}};
  command.positionals = {{"POOL", "the pool", name.get()}};
  command.formats = k_show_formats;
  command.run = [name](Context& context) { return show(context, *name); };
  return command;
}

Command make_pool_delete() {
  auto name = std::make_shared<std::string>();
  Command command{"pool delete", "Delete a pool that nobody uses",
                  "Refused, with exit status 4, while somebody has tokens of it or waits for some. Of a run "
                  "whose driver is dead nothing "
                  "counts; it can be resumed once the pool is there again."};
  command.examples = {{"wf pool delete warehouse", "it is there no more"}};
  command.positionals = {{"POOL", "the pool", name.get()}};
  command.formats = k_show_formats;
  command.run = [name](Context& context) { return remove(context, *name); };
  return command;
}

}  // namespace wf::cli
