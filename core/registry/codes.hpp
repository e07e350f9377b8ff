// Error codes of core/registry.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_unknown_project{"WF-E2001", Exit::not_found};
inline constexpr ErrorCode k_unknown_domain{"WF-E2002", Exit::not_found};
inline constexpr ErrorCode k_unknown_workflow{"WF-E2003", Exit::not_found};
inline constexpr ErrorCode k_unknown_version{"WF-E2004", Exit::not_found};
inline constexpr ErrorCode k_ambiguous_version{"WF-E2005", Exit::usage};
inline constexpr ErrorCode k_bad_version_reference{"WF-E2006", Exit::usage};
inline constexpr ErrorCode k_label_moved{"WF-E2007", Exit::conflict};
inline constexpr ErrorCode k_bad_label{"WF-E2008", Exit::usage};
inline constexpr ErrorCode k_bad_scope_name{"WF-E2009", Exit::usage};
inline constexpr ErrorCode k_scope_exists{"WF-E2010", Exit::conflict};
inline constexpr ErrorCode k_label_hides_version{"WF-E2011", Exit::conflict};
inline constexpr ErrorCode k_unknown_plan{"WF-E2012", Exit::not_found};
inline constexpr ErrorCode k_unknown_plan_version{"WF-E2013", Exit::not_found};
inline constexpr ErrorCode k_no_active_plan{"WF-E2014", Exit::not_found};
inline constexpr ErrorCode k_fixed_input{"WF-E2015", Exit::usage};
inline constexpr ErrorCode k_bad_plan_options{"WF-E2016", Exit::usage};
inline constexpr ErrorCode k_same_place{"WF-E2017", Exit::usage};
inline constexpr ErrorCode k_used_version_missing{"WF-E2018", Exit::not_found};
inline constexpr ErrorCode k_lock_differs{"WF-E2019", Exit::conflict};
inline constexpr ErrorCode k_unknown_task_of_version{"WF-E2020", Exit::not_found};
}  // namespace wf::codes
