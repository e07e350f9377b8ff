// A run as one self-contained page: what it was, how it went, why it failed, where its time went.
#pragma once
#include <string>

#include "cli/report/account.hpp"

namespace wf::cli {

std::string report_page(Store& store, History& history, const RunAccount& account);

}  // namespace wf::cli
