// What images are, as an engine knows them.
#pragma once
#include <optional>
#include <string>

#include "core/engine/environments.hpp"
#include "executors/docker/engine.hpp"

namespace wf {

// What a reference means now; nullopt: the engine has no such image. Throws Error(k_engine_refused).
std::optional<ImageIdentity> find_image(const Engine& engine, const std::string& reference);
// The same; where the engine has it not it is to get it. Throws Error(k_no_image), also for one of another platform.
ImageIdentity require_image(const Engine& engine, const std::string& reference);
// The same as a name that always means this one: "python:3.12@sha256:…", by the manifest that its registry
// has, so that every engine can get it; of an image that is from no registry the digest of its configuration,
// "sha256:…".
std::string pinned_reference(const Engine& engine, const std::string& reference);

}  // namespace wf
