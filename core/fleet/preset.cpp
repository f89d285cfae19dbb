// SPDX-License-Identifier: MIT
// Sources of the names: prometheus/client_golang and client_python (process_*, go_*), cAdvisor's
// docs/storage/prometheus.md, kube-state-metrics' docs/pod-metrics.md, prometheus/client_java (both
// generations) and Micrometer's JvmMemoryMetrics, siimon/prom-client (nodejs_*).
#include "core/fleet/preset.h"

#include <array>

namespace rampwatch::fleet {
namespace {

constexpr std::string_view kOldPools = ".*(Old|Tenured|ZHeap|Shenandoah).*";
constexpr Metric kClaim{.name = "kube_pod_container_resource_limits",
                        .role = Role::limit,
                        .label = "resource",
                        .pattern = "memory",
                        .elsewhere = true};

// It falls at a restart alone.
constexpr Metric kCpu{.name = "process_cpu_seconds_total", .role = Role::cpu, .spare = true};

constexpr std::array kProcess = {
    Metric{.name = "process_resident_memory_bytes", .role = Role::resident},
    Metric{.name = "process_open_fds", .role = Role::fds},
    Metric{.name = "go_goroutines", .role = Role::goroutines},
    Metric{.name = "go_threads", .role = Role::threads},
    Metric{.name = "process_num_threads", .role = Role::threads},
    Metric{.name = "process_threads", .role = Role::threads},
    Metric{.name = "process_start_time_seconds", .role = Role::start},
    kCpu,
    kClaim,
};

// Anonymous memory alone is judged: the working set has page cache in it, which the kernel takes back.
constexpr std::array kContainer = {
    Metric{.name = "container_memory_rss", .role = Role::memory},
    Metric{.name = "container_memory_working_set_bytes", .role = Role::resident},
    Metric{.name = "container_threads", .role = Role::threads},
    Metric{.name = "container_file_descriptors", .role = Role::fds},
    Metric{.name = "container_start_time_seconds", .role = Role::start},
    Metric{.name = "container_cpu_usage_seconds_total",
           .role = Role::cpu,
           .label = "cpu",
           .pattern = "total|",
           .spare = true},
    Metric{.name = "container_spec_memory_limit_bytes", .role = Role::limit},
    kClaim,
};

// Of a Java heap only what has survived long tells of a leak; the young rest comes and goes.
constexpr std::array kJvm = {
    Metric{.name = "jvm_memory_pool_bytes_used", .role = Role::memory, .label = "pool", .pattern = kOldPools},
    Metric{.name = "jvm_memory_pool_used_bytes", .role = Role::memory, .label = "pool", .pattern = kOldPools},
    Metric{.name = "jvm_memory_used_bytes", .role = Role::memory, .label = "id", .pattern = kOldPools},
    Metric{.name = "process_resident_memory_bytes", .role = Role::resident},
    Metric{.name = "jvm_memory_pool_bytes_max",
           .role = Role::memory_limit,
           .label = "pool",
           .pattern = kOldPools},
    Metric{.name = "jvm_memory_pool_max_bytes",
           .role = Role::memory_limit,
           .label = "pool",
           .pattern = kOldPools},
    Metric{.name = "jvm_memory_max_bytes", .role = Role::memory_limit, .label = "id", .pattern = kOldPools},
    Metric{.name = "jvm_threads_current", .role = Role::threads},
    Metric{.name = "jvm_threads_live_threads", .role = Role::threads},
    Metric{.name = "process_open_fds", .role = Role::fds},
    Metric{.name = "process_files_open_files", .role = Role::fds},
    Metric{.name = "process_start_time_seconds", .role = Role::start},
    kCpu,
    kClaim,
};

constexpr std::array kNode = {
    Metric{.name = "nodejs_heap_size_used_bytes", .role = Role::memory},
    Metric{.name = "process_resident_memory_bytes", .role = Role::resident},
    Metric{.name = "process_open_fds", .role = Role::fds},
    Metric{.name = "process_start_time_seconds", .role = Role::start},
    kCpu,
    kClaim,
};

constexpr std::array kPresets = {
    Preset{"process", "a process that exports its own metrics: RSS, threads, descriptors, goroutines",
           kProcess},
    Preset{"container", "cAdvisor: anonymous memory of a container, against its limit", kContainer,
           R"({container!="",container!="POD"})"},
    Preset{"jvm", "Java: what has survived in the old generation, threads", kJvm},
    Preset{"node", "Node.js: the used heap", kNode},
};

}  // namespace

std::span<const Preset> presets() { return kPresets; }

const Preset* preset_named(std::string_view name) {
    for (const Preset& preset : kPresets)
        if (preset.name == name) return &preset;
    return nullptr;
}

const Preset* preset_of(std::string_view metric) {
    for (const Preset& preset : kPresets) {
        for (const Metric& one : preset.metrics) {
            const bool told = one.role == Role::memory || one.role == Role::resident;
            if (told && one.name == metric) return &preset;
        }
    }
    return nullptr;
}

}  // namespace rampwatch::fleet
