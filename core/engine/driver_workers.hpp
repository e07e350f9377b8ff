// What takes long, and is left to a driver's workers: for the parts of the driver alone.
#pragma once
#include <exception>
#include <utility>

#include "core/engine/driver.hpp"

namespace wf {

template <typename Job, typename Then>
void Driver::read_in(Amount amount, Job job, Then then) {
  ++collecting_;
  auto finish = [this, then = std::move(then)](auto read) {
    --collecting_;
    then(std::move(read));
  };
  if (amount == Amount::little) return finish(job());
  workers_.submit([this, job = std::move(job), finish = std::move(finish)] {
    try {
      with_.loop.post([this, finish, read = job()] {
        guard([&] {
          finish(read);
          finish_if_done();
        });
      });
    } catch (...) {
      with_.loop.post([this, error = std::current_exception()] { give_up(error); });
    }
  });
}

}  // namespace wf
