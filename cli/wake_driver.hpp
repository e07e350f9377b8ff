// Waking the driver of a run on this machine, when it was asked for something.
#pragma once
#include "core/catalog/runs.hpp"

namespace wf::cli {

// What is asked is recorded before: a driver elsewhere sees it when it renews its lease.
void wake_driver(const DriverInfo& driver);

}  // namespace wf::cli
