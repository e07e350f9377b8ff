// What the images are of tasks that were emitted: looked up before anything of them begins, since they are part of keys,
// and recorded before a container can be there. To get one may take long, and what does not need it any more ends that.
#include <exception>
#include <utility>
#include <variant>

#include "core/engine/driver.hpp"

namespace wf {

// One after the other: who comes later may need the same.
void Driver::look_up_next() {
  while (!looking_up_ && !lookups_.empty()) {
    const ImageLookup next = lookups_.front();
    std::set<std::string> unknown = plans_.unknown_images(*next.plan);
    if (!unknown.empty() && !is_called_off(next.taken.node)) return look_up(std::move(unknown));
    lookups_.pop_front();
    begin_looked_up(next);
  }
}

void Driver::look_up(std::set<std::string> references) {
  looking_up_.emplace();
  const auto look = [find = with_.find_images, references = std::move(references),
                     stop = looking_up_->get_token()]() -> FoundImages {
    try {
      return find(references, stop);
    } catch (const Error& error) {
      return error;
    }
  };
  finder_.submit([this, look] {
    try {
      with_.loop.post([this, found = look()] { guard([&] { looked_up(found); }); });
    } catch (...) {
      with_.loop.post([this, error = std::current_exception()] { give_up(error); });
    }
  });
}

void Driver::looked_up(const FoundImages& found) {
  looking_up_.reset();
  if (lookups_.empty()) return finish_if_done();  // the run is being stopped
  const ImageLookup next = lookups_.front();
  lookups_.pop_front();
  const auto* error = std::get_if<Error>(&found);
  if (error == nullptr) {
    plans_.learn(std::get<std::vector<ImageIdentity>>(found));
    push_result(ImagesFound{plans_.environments().images}, CommitQueue::Urgency::urgent,
                [this, next] { begin_looked_up(next); });
  } else if (is_called_off(next.taken.node)) {
    begin_looked_up(next);
  } else {
    fail_emitted(next.taken, *error);
  }
  look_up_next();
  pump();
  finish_if_done();
}

void Driver::begin_looked_up(const ImageLookup& lookup) {
  try {
    begin_emitted(lookup.taken, *lookup.plan);
  } catch (const Error& error) {
    if (error.code().exit != Exit::run_failed) throw;
    fail_emitted(lookup.taken, error);
  }
}

void Driver::end_lookups() {
  if (stopping_) lookups_.clear();
  const bool needed = !lookups_.empty() && !is_called_off(lookups_.front().taken.node);
  if (looking_up_ && !needed) looking_up_->request_stop();
}

}  // namespace wf
