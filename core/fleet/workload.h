// SPDX-License-Identifier: MIT
// Which series belong together: those of one pod or instance are one target, and the pods of a deployment,
// one after another and side by side, one workload.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/model/labels.h"

namespace rampwatch::fleet {

// A pod's name without what its controller appended: "api-7d4f9c6b5-x2x9k" (a deployment) and "api-x2x9k" (a
// daemon set, a job) become "api", "db-0" (a stateful set) "db". Kubernetes makes the random parts of
// consonants and digits alone (k8s.io/apimachinery, util/rand), so that "api-cache" stays what it is.
std::string_view without_pod_suffix(std::string_view pod);

// Where the labels name a pod: namespace, controller and container. Else job and instance; without those all
// labels but the metric's name. Equal for series of the same workload, over all metrics; for people and for a
// hash.
std::string workload_of(const Labels& labels);

// One process or container: as the workload, but each pod for itself.
std::string target_of(const Labels& labels);

// Shards of a workload: the same on every host and in every version (FNV-1a, 64 bits). `shards` is at
// least 1.
std::uint32_t shard_of(std::string_view workload, std::uint32_t shards);

}  // namespace rampwatch::fleet
