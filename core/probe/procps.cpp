// SPDX-License-Identifier: MIT
// The only user of libproc2. 4.0.2 is what Debian 12 has; 4.0.5 took the last argument from PIDS_VAL. CMake
// finds out by compiling core/probe/pids_val.c (RAMPWATCH_PIDS_VAL_HAS_INFO); only 4.0.2 has been tested.
#include "core/probe/procps.h"

#include <fmt/format.h>
#include <libproc2/misc.h>
#include <libproc2/pids.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/probe/living_thread.h"

namespace rampwatch::probe {
namespace {

// What is asked for, and where its answer stands.
enum Item : std::uint8_t { pid, began, rss, anon, file, shmem, swap, threads, ticks, count };
std::array<pids_item, count> kItems = {PIDS_ID_PID,      PIDS_TICS_BEGAN,  PIDS_VM_RSS,
                                       PIDS_VM_RSS_ANON, PIDS_VM_RSS_FILE, PIDS_VM_RSS_SHARED,
                                       PIDS_VM_SWAP,     PIDS_NLWP,        PIDS_TICS_ALL};

// The same for a glance: all of /proc/PID/stat, so that no other file is opened.
namespace glance {
enum Item : std::uint8_t { pid, began, rss, minor, major, ticks, threads, count };
std::array<pids_item, count> kItems = {PIDS_ID_PID,  PIDS_TICS_BEGAN, PIDS_RSS, PIDS_FLT_MIN,
                                       PIDS_FLT_MAJ, PIDS_TICS_ALL,   PIDS_NLWP};
}  // namespace glance

#if RAMPWATCH_PIDS_VAL_HAS_INFO
#define RAMPWATCH_VALUE(item, type) PIDS_VAL(item, type, stack, info)
#else
#define RAMPWATCH_VALUE(item, type) PIDS_VAL(item, type, stack)
#endif

constexpr std::int64_t kKib = 1024;  // "pages" of one whose main thread has ended: only changes count

std::int64_t bytes_of(unsigned long kib) {
    return static_cast<std::int64_t>(std::min<unsigned long>(kib, INT64_MAX / 1024)) * 1024;
}

}  // namespace

struct Procps::State {
    pids_info* info = nullptr;
    pids_info* glances = nullptr;  // from the first one on
    std::uint64_t ticks_per_s = 100;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (info != nullptr) ::procps_pids_unref(&info);
        if (glances != nullptr) ::procps_pids_unref(&glances);
    }
};

Procps::Procps(std::unique_ptr<State> state) : state_(std::move(state)) {}
Procps::Procps(Procps&&) noexcept = default;
Procps& Procps::operator=(Procps&&) noexcept = default;
Procps::~Procps() = default;

Result<Procps> Procps::open() {
    auto state = std::make_unique<State>();
    const int rc = ::procps_pids_new(&state->info, kItems.data(), count);
    if (rc < 0) {
        return Error{Error::Kind::unavailable, fmt::format("libproc2 does not start: {}", std::strerror(-rc)),
                     "/proc", "is /proc mounted?"};
    }
    state->ticks_per_s = static_cast<std::uint64_t>(std::max(1L, ::procps_hertz_get()));
    return Procps(std::move(state));
}

namespace {

// Empty when it has no memory: a kernel thread, a zombie, one that is dying.
std::optional<ThreadMemory> memory_of(const pids_stack* stack, [[maybe_unused]] pids_info* info) {
    ThreadMemory memory;
    memory.rss_bytes = bytes_of(RAMPWATCH_VALUE(rss, ul_int));
    if (memory.rss_bytes == 0) {  // its main thread has none, which may have ended before the others
        if (RAMPWATCH_VALUE(threads, s_int) < 2) return std::nullopt;
        return memory_by_living_thread(RAMPWATCH_VALUE(pid, s_int));
    }
    const std::int64_t anonymous = bytes_of(RAMPWATCH_VALUE(anon, ul_int));
    const std::int64_t files = bytes_of(RAMPWATCH_VALUE(file, ul_int));
    const std::int64_t shared = bytes_of(RAMPWATCH_VALUE(shmem, ul_int));
    if (anonymous != 0 || files != 0 || shared != 0) {  // all 0 beside an RSS: the kernel has no such lines
        memory.anon_bytes = anonymous;
        memory.file_bytes = files;
        memory.shmem_bytes = shared;
    }
    memory.swap_bytes = bytes_of(RAMPWATCH_VALUE(swap, ul_int));
    return memory;
}

// Of one process; empty when it has no memory.
std::optional<Figures> figures_of(const pids_stack* stack, [[maybe_unused]] pids_info* info,
                                  std::uint64_t ticks_per_s) {
    const auto memory = memory_of(stack, info);
    if (!memory) return std::nullopt;
    Figures figures{.rss_bytes = memory->rss_bytes,
                    .anon_bytes = memory->anon_bytes,
                    .file_bytes = memory->file_bytes,
                    .shmem_bytes = memory->shmem_bytes,
                    .swap_bytes = memory->swap_bytes,
                    .by_living_thread = memory->by_living_thread};
    figures.threads = RAMPWATCH_VALUE(threads, s_int);
    const std::uint64_t used = RAMPWATCH_VALUE(ticks, ull_int);
    figures.cpu = std::chrono::seconds(used / ticks_per_s) +
                  std::chrono::nanoseconds(used % ticks_per_s * 1'000'000'000 / ticks_per_s);
    return figures;
}

}  // namespace

std::optional<Figures> Procps::read(std::int32_t wanted_pid, std::uint64_t start_ticks) {
    [[maybe_unused]] pids_info* const info = state_->info;
    unsigned these[1] = {static_cast<unsigned>(wanted_pid)};
    const pids_fetch* fetch = ::procps_pids_select(state_->info, these, 1, PIDS_SELECT_PID);
    if (fetch == nullptr || fetch->counts->total != 1) return std::nullopt;
    const pids_stack* stack = fetch->stacks[0];
    if (RAMPWATCH_VALUE(pid, s_int) != wanted_pid || RAMPWATCH_VALUE(began, ull_int) != start_ticks)
        return std::nullopt;
    return figures_of(stack, info, state_->ticks_per_s);
}

std::vector<Procps::ProcessFigures> Procps::read_all() {
    [[maybe_unused]] pids_info* const info = state_->info;
    std::vector<ProcessFigures> seen;
    const pids_fetch* fetch = ::procps_pids_reap(state_->info, PIDS_FETCH_TASKS_ONLY);
    if (fetch == nullptr) return seen;
    seen.reserve(static_cast<std::size_t>(std::max(0, fetch->counts->total)));
    for (int i = 0; i < fetch->counts->total; ++i) {
        const pids_stack* stack = fetch->stacks[i];
        auto figures = figures_of(stack, info, state_->ticks_per_s);
        if (figures) seen.push_back({RAMPWATCH_VALUE(pid, s_int), RAMPWATCH_VALUE(began, ull_int), *figures});
    }
    return seen;
}

std::vector<Procps::Glance> Procps::glance_all() {
    std::vector<Glance> seen;
    if (state_->glances == nullptr &&
        ::procps_pids_new(&state_->glances, glance::kItems.data(), glance::count) < 0)
        return seen;
    [[maybe_unused]] pids_info* const info = state_->glances;
    const pids_fetch* fetch = ::procps_pids_reap(state_->glances, PIDS_FETCH_TASKS_ONLY);
    if (fetch == nullptr) return seen;
    seen.reserve(static_cast<std::size_t>(std::max(0, fetch->counts->total)));
    for (int i = 0; i < fetch->counts->total; ++i) {
        const pids_stack* stack = fetch->stacks[i];
        std::uint64_t rss_pages = RAMPWATCH_VALUE(glance::rss, ul_int);
        if (rss_pages == 0 && RAMPWATCH_VALUE(glance::threads, s_int) > 1) {
            const auto memory = memory_by_living_thread(RAMPWATCH_VALUE(glance::pid, s_int));
            if (memory) rss_pages = static_cast<std::uint64_t>(memory->rss_bytes / kKib);
        }
        if (rss_pages == 0) continue;
        seen.push_back(
            {.pid = RAMPWATCH_VALUE(glance::pid, s_int),
             .start_ticks = RAMPWATCH_VALUE(glance::began, ull_int),
             .rss_pages = rss_pages,
             .faults = RAMPWATCH_VALUE(glance::minor, ul_int) + RAMPWATCH_VALUE(glance::major, ul_int),
             .cpu_ticks = RAMPWATCH_VALUE(glance::ticks, ull_int),
             .threads = RAMPWATCH_VALUE(glance::threads, s_int)});
    }
    return seen;
}

std::string procps_version() { return "libproc2 " RAMPWATCH_LIBPROC2_VERSION; }

}  // namespace rampwatch::probe
