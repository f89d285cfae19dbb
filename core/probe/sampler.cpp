// SPDX-License-Identifier: MIT
#include "core/probe/sampler.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/probe/threads.h"

namespace rampwatch::probe {
namespace {

using std::chrono::nanoseconds;
constexpr std::int64_t kRareLooks = 10;
constexpr nanoseconds kRareTime = std::chrono::seconds(10);

// Since Linux 6.2 the size of /proc/PID/fd is the number of descriptors; before, it was 0 for everybody.
bool kernel_counts_fds() {
    static const bool counts = [] {
        struct stat own {};
        return ::stat("/proc/self/fd", &own) == 0 && own.st_size > 0;
    }();
    return counts;
}

timespec to_timespec(nanoseconds time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    return {static_cast<time_t>(whole.count()), static_cast<long>((time - whole).count())};
}

}  // namespace

std::optional<std::int64_t> fds_as_told(int process_directory) {
    struct stat status {};
    if (!kernel_counts_fds() || ::fstatat(process_directory, "fd", &status, 0) != 0) return std::nullopt;
    return status.st_size;
}

std::optional<std::int64_t> count_fds(int process_directory, std::int64_t most) {
    const int fd = ::openat(process_directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    const auto close = [](DIR* directory) { ::closedir(directory); };
    const std::unique_ptr<DIR, decltype(close)> directory(::fdopendir(fd), close);
    if (!directory) return ::close(fd), std::nullopt;
    std::int64_t count = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        if (entry->d_name[0] == '.') continue;
        if (++count > most) return std::nullopt;
    }
    return count;
}

Looker::Looker(const Process& process, Roots roots, Procps procps)
    : process_(&process), roots_(std::move(roots)), procps_(std::move(procps)) {}

Result<Looker> Looker::open(const Process& process, Roots roots) {
    auto procps = Procps::open();
    if (!procps) return procps.error();
    return Looker(process, std::move(roots), std::move(*procps));
}

void Looker::refresh(nanoseconds boot) {
    const bool due = looks_ % kRareLooks == 0 || boot - refreshed_ >= kRareTime;
    ++looks_;
    if (!due) return;
    refreshed_ = boot;
    limit_ = nearest_limit(process_->directory(), roots_);
    bounds_ = count_bounds(process_->directory(), roots_);
    counted_fds_ = kernel_counts_fds() ? std::nullopt : count_fds(process_->directory());
    if (aged_after_) aged_threads_ = threads_older_than(process_->directory(), *aged_after_);
}

// About 10 us: one more look into /proc/PID/stat.
void Looker::note_program(const Sample& sample) {
    const auto text = read_file(process_->directory(), "stat");
    auto mark = text ? parse_program_mark(*text) : std::nullopt;
    if (!mark || !marks_.note(std::move(*mark))) return;
    program_since_ = last_look_;
    new_program_ = life_after_exec(*process_, sample.wall);
    looks_ = 0;
    aged_threads_.reset();
    for (const auto& reader : readers_) reader->begin_anew();
}

std::optional<Sample> Looker::look() {
    Sample sample{.mono = boot_now(), .wall = wall_now()};
    const auto figures = procps_.read(process_->pid(), process_->life().start_ticks);
    if (!figures) return std::nullopt;
    if (figures->by_living_thread || !process_->has_main_thread()) process_->settle();
    note_program(sample);
    refresh(sample.mono);
    sample.rss_bytes = figures->rss_bytes;
    sample.anon_bytes = figures->anon_bytes;
    sample.file_bytes = figures->file_bytes;
    sample.shmem_bytes = figures->shmem_bytes;
    sample.swap_bytes = figures->swap_bytes;
    sample.threads = figures->threads;
    sample.cpu = figures->cpu;
    sample.age = program_since_ ? sample.mono - *program_since_ : age_of(process_->life(), sample.mono);
    last_look_ = sample.mono;
    sample.limit = limit_;
    sample.fds_limit = bounds_.fds;
    sample.pids_limit = bounds_.pids;
    sample.pids_used = bounds_.pids_used;
    const auto told = fds_as_told(process_->directory());
    sample.fds = told ? told : counted_fds_;
    sample.aged_threads = aged_threads_;
    for (const auto& reader : readers_) reader->read(sample);
    // Whatever was read is its own if it is still alive now.
    if (!process_->alive()) return std::nullopt;
    return sample;
}

Sampler::Sampler(Looker looker, Fd timer, TargetId target, LifeNumber life)
    : looker_(std::move(looker)), timer_(std::move(timer)), target_(target), life_(life) {}

Result<Sampler> Sampler::open(const Process& process, nanoseconds interval, TargetId target, LifeNumber life,
                              Roots roots) {
    auto looker = Looker::open(process, std::move(roots));
    if (!looker) return looker.error();
    Fd timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    itimerspec ticks{to_timespec(std::max(interval, kShortestInterval)), to_timespec(boot_now())};
    if (!timer || ::timerfd_settime(timer.get(), TFD_TIMER_ABSTIME, &ticks, nullptr) != 0) {
        return Error{Error::Kind::io, fmt::format("cannot create a timer: {}", std::strerror(errno))};
    }
    return Sampler(std::move(*looker), std::move(timer), target, life);
}

void Sampler::parts(std::vector<Feed*>& feeds) const {
    for (const auto& reader : looker_.readers()) feeds.push_back(reader.get());
}

void Sampler::collect(std::vector<Fact>& facts) {
    std::uint64_t ticks = 0;
    if (::read(timer_.get(), &ticks, sizeof ticks) != sizeof ticks || ticks == 0) return;
    if (ticks > 1) {
        facts.push_back(fact::Missed{target_, static_cast<std::int64_t>(ticks - 1), boot_now(), wall_now()});
    }
    auto sample = looker_.look();
    if (!sample) return;
    if (auto who = looker_.take_new_program())
        facts.push_back(fact::Appeared{target_, ++life_, std::move(*who), sample->mono, sample->wall});
    facts.push_back(fact::Sampled{target_, life_, std::move(*sample)});
}

}  // namespace rampwatch::probe
