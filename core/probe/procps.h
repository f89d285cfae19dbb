// SPDX-License-Identifier: MIT
// Memory, threads and CPU time of one process, read through libproc2.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::probe {

struct Figures {
    std::int64_t rss_bytes = 0;
    std::optional<std::int64_t> anon_bytes{}, file_bytes{}, shmem_bytes{};  // all three or none: Linux 4.5
    std::int64_t swap_bytes = 0;
    std::int64_t threads = 0;
    std::chrono::nanoseconds cpu{};  // user + system, since the process began
    bool by_living_thread = false;   // its main thread has ended, others run on

    friend bool operator==(const Figures&, const Figures&) = default;
};

class Procps {
  public:
    // Error: unavailable, when libproc2 cannot work here (no /proc).
    static Result<Procps> open();
    Procps(Procps&&) noexcept;
    Procps& operator=(Procps&&) noexcept;
    ~Procps();

    // Empty when there is nothing to be measured: the process is gone, its number belongs to another (whose
    // start time differs), or it is dying, or a zombie, and has no memory any more (libproc2 reads that as
    // RSS 0). About 40 us: /proc/PID/stat and status, never smaps*.
    std::optional<Figures> read(std::int32_t pid, std::uint64_t start_ticks);

    // Every process that has memory (kernel threads have none), in one go: about 22 us each.
    struct ProcessFigures {
        std::int32_t pid = 0;
        std::uint64_t start_ticks = 0;
        Figures figures{};
    };
    [[nodiscard]] std::vector<ProcessFigures> read_all();

    // Of every process that has memory what /proc/PID/stat alone tells, about 10 us each. While none of it
    // changes, neither do the figures: memory comes by page faults, or shows in the RSS.
    struct Glance {
        std::int32_t pid = 0;
        std::uint64_t start_ticks = 0;
        std::uint64_t rss_pages = 0, faults = 0, cpu_ticks = 0;
        std::int64_t threads = 0;

        friend bool operator==(const Glance&, const Glance&) = default;
    };
    [[nodiscard]] std::vector<Glance> glance_all();

  private:
    struct State;
    explicit Procps(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// "libproc2 4.0.2": the version that we were built with; the library itself cannot be asked.
std::string procps_version();

}  // namespace rampwatch::probe
