// SPDX-License-Identifier: MIT
#include "core/worker/worker.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "core/base/text.h"
#include "core/native/native.h"
#include "core/probe/process.h"
#include "core/worker/go_reader.h"
#include "core/worker/languages.h"
#include "core/worker/memory_reading.h"
#include "core/worker/order.h"
#include "core/worker/wire.h"

namespace rampwatch::worker {
namespace {

constexpr rlim_t kMostMemory = rlim_t{6} << 30;  // address space: an executable of 4 GiB is mapped, not read
constexpr rlim_t kMostData = rlim_t{3} << 30;    // libelf's private mappings of files count
constexpr rlim_t kMostFiles = 32'768;            // two for each thread, kept for the second look
constexpr std::uint64_t kMostHeap = std::uint64_t{16} << 30;  // looked at for the tasks of a dump
constexpr int kIdleMs = 10 * 60 * 1000;                       // then it ends
constexpr std::size_t kMostOrder = 64 << 10;

std::chrono::nanoseconds cpu_used() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void limit(int resource, rlim_t most) {
    rlimit limits{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &limits) != 0) return;
    limits.rlim_cur = std::min(most, limits.rlim_max);
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limits);
}

// CPU time from here on; what was used before does not count.
void limit_cpu(std::chrono::nanoseconds most) {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    limit(RLIMIT_CPU, static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec +
                                          std::chrono::ceil<std::chrono::seconds>(most).count()));
}

// Of root's rights only those to read other processes and their files, and the one to let go in a hurry of a
// thread that is held. True when that one is there.
bool drop_rights() {
    constexpr std::uint32_t kHurry = 1U << CAP_SYS_NICE;
    constexpr std::uint32_t kKept = (1U << CAP_SYS_PTRACE) | (1U << CAP_DAC_READ_SEARCH) | kHurry;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const std::uint32_t kept = i == 0 ? kKept : 0;
        data[i].effective &= kept;
        data[i].permitted &= kept;
        data[i].inheritable = 0;
    }
    ::syscall(SYS_capset, &header, data.data());
    return (data[0].effective & kHurry) != 0;
}

// When memory runs out it goes first: it can be started again.
void be_first_to_go() {
    const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    static_cast<void>(!::write(fd, "1000", 4));
    ::close(fd);
}

// True when the priority can be changed both ways.
bool confine() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_NAME, "rampwatch-read");
    ::close_range(3, ~0U, 0);
    be_first_to_go();
    limit(RLIMIT_CORE, 0);
#if !defined(__SANITIZE_ADDRESS__)  // whose shadow alone is terabytes
    limit(RLIMIT_AS, kMostMemory);
#endif
    limit(RLIMIT_DATA, kMostData);
    limit(RLIMIT_NOFILE, kMostFiles);
    limit(RLIMIT_FSIZE, 0);
    return drop_rights();
}

// All that is known of one target, kept from order to order; who does an order stands here.
class Readers {
  public:
    explicit Readers(pid_t pid) : pid_(pid), go_(pid), threads_(pid), languages_(pid) {}

    Payload operator()(const order::Goroutines& order) { return go_.answer(order); }
    Payload operator()(const order::Count& order) { return go_.answer(order); }
    Payload operator()(const order::Profile& order) { return go_.answer(order); }
    Payload operator()(const order::Stacks& order) {
        languages_.begin();
        auto dump = threads_.dump(order.settings, &languages_.runtimes());
        if (!dump) return dump.error();
        dump->runtimes = languages_.facts();
        runtime::Budget budget =
            runtime::budget_of(kMostHeap, order.settings.tasks, order.settings.tasks_wall);
        languages_.add_tasks(budget, *dump);
        return answer::Stacks{std::move(*dump)};
    }
    Payload operator()(const order::TaskCount& order) {
        languages_.begin();
        runtime::Budget budget = runtime::budget_of(kMostHeap, order.cpu, order.cpu * 4);
        return languages_.count_tasks(budget, order.aged_after);
    }
    Payload operator()(const order::Memory& order) {
        auto parts = read_memory_parts(pid_, order.budget);
        if (!parts) return parts.error();
        return answer::Memory{std::move(*parts)};
    }

  private:
    pid_t pid_;
    GoReader go_;
    native::NativeDumper threads_;
    Languages languages_;
};

// False where there is nothing to leave out. Of more groups than a message holds the smallest are left out,
// and counted.
bool halve(Payload& payload) {
    if (auto* goroutines = std::get_if<answer::Goroutines>(&payload);
        goroutines && !goroutines->groups.empty()) {
        leave_out(*goroutines, goroutines->groups.size() / 2);
        return true;
    }
    auto* stacks = std::get_if<answer::Stacks>(&payload);
    if (stacks == nullptr || stacks->dump.groups.empty()) return false;
    const std::size_t kept = stacks->dump.groups.size() / 2;
    stacks->dump.warnings.push_back(
        fmt::format("{} small groups were left out: they are too many", stacks->dump.groups.size() - kept));
    stacks->dump.groups.resize(kept);
    return true;
}

bool send_all(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t done = ::write(0, bytes.data() + sent, bytes.size() - sent);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        sent += static_cast<std::size_t>(done);
    }
    return true;
}

bool send(Answer& answer) {
    std::string bytes = encode(answer);
    while (bytes.size() > kMostMessage && halve(answer.payload)) bytes = encode(answer);
    return send_all(framed(bytes));
}

bool read_all(void* data, std::size_t size) {
    auto* into = static_cast<char*>(data);
    while (size > 0) {
        const ssize_t got = ::read(0, into, size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

// Empty when nobody asks any more.
std::optional<Order> next_order() {
    pollfd wait{0, POLLIN, 0};
    if (::poll(&wait, 1, kIdleMs) <= 0) return std::nullopt;
    std::uint32_t size = 0;
    if (!read_all(&size, sizeof size) || size > kMostOrder) return std::nullopt;
    std::string bytes(size, '\0');
    if (!read_all(bytes.data(), size)) return std::nullopt;
    return decode_order(bytes);
}

}  // namespace

int worker_main(int argc, char** argv) {
    std::set_new_handler([] { ::_exit(kOutOfMemory); });
    const auto pid = argc == 4 ? parse_count(argv[2]) : std::nullopt;
    const auto ticks = argc == 4 ? parse_count(argv[3]) : std::nullopt;
    if (!pid || !ticks || *pid <= 0 || *pid > INT32_MAX) return 2;
    const bool may_hurry = confine();
    const auto process = probe::Process::open(static_cast<std::int32_t>(*pid));
    const bool is_it = process && process->life().start_ticks == static_cast<std::uint64_t>(*ticks);
    Readers readers(static_cast<pid_t>(*pid));
    while (const auto order = next_order()) {
        limit_cpu(order->cpu);
        if (may_hurry) ::setpriority(PRIO_PROCESS, 0, order->nice);
        const auto begun = cpu_used();
        Answer answer{
            .payload = Error{Error::Kind::gone, "the process has ended", "PID " + std::string(argv[2]), ""}};
        if (is_it && process->alive()) answer.payload = std::visit(readers, order->task);
        answer.cpu = cpu_used() - begun;
        if (!send(answer)) return 1;
    }
    return 0;
}

}  // namespace rampwatch::worker
