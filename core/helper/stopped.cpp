// SPDX-License-Identifier: MIT
#include "core/helper/stopped.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/probe/proc_text.h"

namespace rampwatch::helper {
namespace {

constexpr std::size_t kMostTasks = 20'000;

struct TaskState {
    char state = '?';
    bool traced = false;
    bool stop_pending = false;
};

bool has_sigstop(std::string_view mask) {
    std::uint64_t bits = 0;
    std::from_chars(mask.data(), mask.data() + mask.size(), bits, 16);
    return (bits >> (SIGSTOP - 1) & 1U) != 0;
}

std::optional<TaskState> read_task(int tasks, const char* tid) {
    const Fd directory(::openat(tasks, tid, O_PATH | O_DIRECTORY | O_CLOEXEC));
    const Fd file(::openat(directory.get(), "status", O_RDONLY | O_CLOEXEC));
    std::array<char, 4096> text;
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : -1;
    if (got <= 0) return std::nullopt;
    const std::string_view status(text.data(), static_cast<std::size_t>(got));
    TaskState task;
    const std::string_view state = probe::text_field(status, "State");
    if (!state.empty()) task.state = state.front();
    task.traced = probe::text_field(status, "TracerPid") != "0";
    task.stop_pending =
        has_sigstop(probe::text_field(status, "SigPnd")) || has_sigstop(probe::text_field(status, "ShdPnd"));
    return task;
}

// Calls `look` with each task's number and state, until it returns false.
template <class Look>
void each_task(pid_t pid, Look look) {
    const std::string path = "/proc/" + std::to_string(pid) + "/task";
    const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir(path.c_str()), ::closedir);
    std::size_t seen = 0;
    while (tasks && seen < kMostTasks) {
        const dirent* entry = ::readdir(tasks.get());
        if (entry == nullptr) return;
        const auto tid = parse_count(entry->d_name);
        if (!tid) continue;
        ++seen;
        const auto task = read_task(::dirfd(tasks.get()), entry->d_name);
        if (task && !look(static_cast<pid_t>(*tid), *task)) return;
    }
}

enum class StopState { nothing, stopped, unsettled };

StopState look_for_stop(pid_t pid, const std::set<pid_t>& before) {
    StopState found = StopState::nothing;
    each_task(pid, [&](pid_t tid, const TaskState& task) {
        if (before.contains(tid)) return true;
        // A tracer that lives collects the SIGSTOP that it has sent.
        if (!task.traced && (task.state == 'T' || task.stop_pending)) found = StopState::stopped;
        if (found == StopState::nothing && task.state == 't')
            found = StopState::unsettled;  // its tracer is just dying
        return found != StopState::stopped;
    });
    return found;
}

}  // namespace

std::set<pid_t> stopped_tasks(pid_t pid) {
    std::set<pid_t> stopped;
    each_task(pid, [&](pid_t tid, const TaskState& task) {
        if (task.state == 'T') stopped.insert(tid);
        return true;
    });
    return stopped;
}

int undo_stop(int pidfd, pid_t pid, const std::set<pid_t>& before) {
    using namespace std::chrono_literals;
    const auto end = std::chrono::steady_clock::now() + 10s;
    int sent = 0;
    // A stop of the whole process that was there before is its owner's.
    if (before.contains(pid)) return 0;
    for (int quiet = 0; quiet < 6 && std::chrono::steady_clock::now() < end;) {
        const StopState found = look_for_stop(pid, before);
        if (found == StopState::stopped) {
            if (::syscall(SYS_pidfd_send_signal, pidfd, SIGCONT, nullptr, 0U) != 0) return sent;  // gone
            ++sent;
        }
        quiet = found == StopState::nothing ? quiet + 1 : 0;
        std::this_thread::sleep_for(quiet == 0 ? 2ms
                                               : 8ms * (1 << (quiet - 1)));  // 8, 16, ... 256: half a second
    }
    return sent;
}

}  // namespace rampwatch::helper
