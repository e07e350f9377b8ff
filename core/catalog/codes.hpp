// Error codes of the catalog: references, runs, artifacts.
#pragma once
#include "core/base/error.hpp"

namespace wf::codes {
inline constexpr ErrorCode k_bad_data_reference{"WF-E6001", Exit::usage};
inline constexpr ErrorCode k_run_not_found{"WF-E6002", Exit::not_found};
inline constexpr ErrorCode k_run_ambiguous{"WF-E6003", Exit::usage};
inline constexpr ErrorCode k_node_not_found{"WF-E6004", Exit::not_found};
inline constexpr ErrorCode k_output_not_found{"WF-E6005", Exit::not_found};
inline constexpr ErrorCode k_no_result{"WF-E6006", Exit::not_found};
inline constexpr ErrorCode k_other_store{"WF-E6007", Exit::not_found};
inline constexpr ErrorCode k_artifact_not_found{"WF-E6008", Exit::not_found};
inline constexpr ErrorCode k_target_differs{"WF-E6010", Exit::conflict};
inline constexpr ErrorCode k_bad_page_cursor{"WF-E6012", Exit::usage};
inline constexpr ErrorCode k_bad_tag{"WF-E6013", Exit::usage};
inline constexpr ErrorCode k_tag_elsewhere{"WF-E6014", Exit::conflict};
inline constexpr ErrorCode k_tag_not_found{"WF-E6015", Exit::not_found};
inline constexpr ErrorCode k_dataset_not_found{"WF-E6016", Exit::not_found};
inline constexpr ErrorCode k_output_freed{"WF-E6017", Exit::not_found};
inline constexpr ErrorCode k_catalog_corrupt{"WF-E6011", Exit::verification_failed};
}  // namespace wf::codes
