// SPDX-License-Identifier: MIT
// What a dump costs its target and whoever takes it, beside eu-stack and gdb:
//   dump_bench RAMPWATCH RUNS THREADS BUSY LIMIT_S PROGRAM...
// PROGRAM: `threads` of tests/programs, as it is, stripped, or big. For each a fresh target with THREADS
// threads, a tenth of them in epoll_wait, BUSY that compute, and a heartbeat; then RUNS rounds of all tools
// in turn, so that what the machine does meanwhile meets them alike. A row shows medians, of EINTR the most;
// a tool that takes longer than LIMIT_S is ended and not run again, one of others that takes longer than 3 s
// is run once; LIMIT_S 0: none of others. CPU and memory are those of the tool's processes from start to end,
// or what one more dump cost a worker that is kept, and the most it ever had.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/base/poller.h"
#include "core/dump/backend.h"
#include "core/probe/process.h"

using namespace rampwatch;

namespace {

double ms(std::chrono::nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }
double ms(const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

class Target {
  public:
    explicit Target(std::vector<std::string> argv) {
        int in[2], out[2];
        if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) std::abort();
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            std::vector<char*> words;
            for (std::string& word : argv) words.push_back(word.data());
            words.push_back(nullptr);
            ::execv(words[0], words.data());
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        in_ = in[1];
        out_ = out[0];
        line();  // "ready"
    }
    ~Target() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        ::close(in_);
        ::close(out_);
    }
    [[nodiscard]] pid_t pid() const { return pid_; }
    long ask(const std::string& word) {
        if (::write(in_, (word + "\n").data(), word.size() + 1) < 0) std::abort();
        return std::atol(line().c_str());
    }

  private:
    std::string line() {
        std::string text;
        for (char byte = 0; ::read(out_, &byte, 1) == 1 && byte != '\n';) text += byte;
        return text;
    }
    pid_t pid_ = -1;
    int in_ = -1, out_ = -1;
};

struct Figures {
    double gap_ms = 0, wall_ms = 0, cpu_ms = -1, memory_mb = -1, stop_ms = -1;  // -1: not measured
    long eintr = 0;
};

struct Tool {
    std::string name{};
    std::function<bool(Figures&)> run{};  // false: ended by the limit
    bool of_others = false;
    bool after_all_ran = false;
    std::vector<Figures> runs{};
    bool gave_up = false;
};

constexpr double kLongMs = 3000;

// To its end, its output thrown away; with the CPU and the largest member's memory of all it started.
bool run_helper(std::vector<std::string> argv, int limit_s, Figures& figures) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
    const pid_t child = ::fork();
    if (child == 0) {  // a child between, so that its rusage holds this run alone
        const pid_t helper = ::fork();
        if (helper == 0) {
            ::setpgid(0, 0);
            const int null = ::open("/dev/null", O_RDWR);
            for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
            std::vector<char*> words;
            for (std::string& word : argv) words.push_back(word.data());
            words.push_back(nullptr);
            ::execvp(words[0], words.data());
            ::_exit(127);
        }
        const auto until = boot_now() + std::chrono::seconds(limit_s);
        int status = 0;
        bool late = false;
        while (::waitpid(helper, &status, WNOHANG) == 0) {
            if (boot_now() > until && !late) {
                ::kill(-helper, SIGKILL);
                late = true;
            }
            ::usleep(200);
        }
        rusage used{};
        ::getrusage(RUSAGE_CHILDREN, &used);
        const double told[3] = {ms(used.ru_utime) + ms(used.ru_stime),
                                static_cast<double>(used.ru_maxrss) / 1024, late ? 1.0 : 0.0};
        ::_exit(::write(ends[1], told, sizeof told) == sizeof told ? 0 : 1);
    }
    double told[3] = {};
    const bool heard = ::read(ends[0], told, sizeof told) == sizeof told;
    ::waitpid(child, nullptr, 0);
    ::close(ends[0]);
    ::close(ends[1]);
    figures.cpu_ms = told[0];
    figures.memory_mb = told[1];
    return heard && told[2] == 0;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

double median_of(const std::vector<Figures>& runs, double Figures::*field) {
    std::vector<double> values;
    for (const Figures& run : runs) values.push_back(run.*field);
    return median(std::move(values));
}

// Each thread runs for a moment, so that nothing of its last look holds any more.
void let_all_run(pid_t pid) {
    ::kill(pid, SIGSTOP);
    ::usleep(50'000);
    ::kill(pid, SIGCONT);
    ::usleep(50'000);
}

void run_once(Target& target, Tool& tool) {
    if (tool.gave_up || (tool.of_others && !tool.runs.empty() && tool.runs.back().wall_ms > kLongMs)) return;
    Figures figures;
    if (tool.after_all_ran) let_all_run(target.pid());
    target.ask("gap");
    target.ask("eintr");
    const auto begun = boot_now();
    tool.gave_up = !tool.run(figures);
    figures.wall_ms = ms(boot_now() - begun);
    if (tool.gave_up) ::kill(target.pid(), SIGCONT);  // one that is ended may leave it stopped
    figures.gap_ms = static_cast<double>(target.ask("gap")) / 1e3;
    figures.eintr = target.ask("eintr");
    tool.runs.push_back(figures);
}

void print(const Tool& tool) {
    long eintr = 0;
    double worst = 0;
    for (const Figures& run : tool.runs) {
        eintr = std::max(eintr, run.eintr);
        worst = std::max(worst, run.gap_ms);
    }
    const auto middle = [&](double Figures::*field) { return median_of(tool.runs, field); };
    std::printf("| %s | %.1f | %.1f | %s%.0f |", tool.name.c_str(), middle(&Figures::gap_ms), worst,
                tool.gave_up ? "> " : "", middle(&Figures::wall_ms));
    if (middle(&Figures::cpu_ms) >= 0)
        std::printf(" %.0f | %.0f |", middle(&Figures::cpu_ms), middle(&Figures::memory_mb));
    else
        std::printf(" - | - |");
    std::printf(" %ld |", eintr);
    if (middle(&Figures::stop_ms) >= 0)
        std::printf(" %.2f |\n", middle(&Figures::stop_ms));
    else
        std::printf(" - |\n");
    std::fflush(stdout);
}

// The second dump and the stop of all, by the way a watch goes: with a worker that is kept.
class Kept {
  public:
    Kept(const std::string& rampwatch, pid_t pid) {
        const auto process = probe::Process::open(pid);
        if (!process) std::abort();
        life_ = process->life();
        settings_.guard_program = rampwatch;
        settings_.timeout = std::chrono::seconds(120);
        settings_.backend = dump::Choice::native;
        settings_.worker = std::make_shared<worker::Worker>(life_, rampwatch);
        static_cast<void>(dump::take_dump(life_, settings_));
        static_cast<void>(dump::take_dump(life_, settings_));  // lines that the first left out
    }
    bool dump(bool all, Figures& figures) {
        settings_.native.capture.stop = all ? native::StopPolicy::all : native::StopPolicy::running;
        settings_.native.capture.max_stop = std::chrono::milliseconds(all ? 1000 : 20);
        const auto before = worker_cpu();
        const auto taken = dump::take_dump(life_, settings_);
        figures.cpu_ms = ms(worker_cpu() - before);
        figures.memory_mb = worker_memory_mb();
        if (!taken) {
            std::fprintf(stderr, "dump_bench: %s\n", to_string(taken.error()).c_str());
            return false;
        }
        if (taken->stop_time) figures.stop_ms = ms(*taken->stop_time);
        return true;
    }

  private:
    // The only child that is there between the tools' runs.
    static pid_t worker() {
        pid_t pid = 0;
        std::ifstream children(fmt::format("/proc/self/task/{}/children", ::getpid()));
        while (children >> pid) {  // the youngest: the target is older
        }
        return pid;
    }
    static std::chrono::nanoseconds worker_cpu() {
        clockid_t clock{};
        timespec time{};
        if (::clock_getcpuclockid(worker(), &clock) == 0) ::clock_gettime(clock, &time);
        return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
    }
    static double worker_memory_mb() {
        std::ifstream status(fmt::format("/proc/{}/status", worker()));
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmHWM:")) return std::atof(line.data() + 6) / 1024;
        return -1;
    }

    Life life_{};
    dump::Settings settings_{};
};

void bench(const std::string& rampwatch, int runs, int threads, int busy, int limit_s,
           const std::string& program) {
    const int epoll = threads / 10;
    Target target({program, "--leaked", std::to_string(threads - epoll - busy), "--epoll",
                   std::to_string(epoll), "--busy", std::to_string(busy), "--heartbeat"});
    const std::string pid = std::to_string(target.pid());
    std::optional<Kept> kept;
    const auto keep = [&]() -> Kept& {
        if (!kept) kept.emplace(rampwatch, target.pid());
        return *kept;
    };
    const auto helper = [&](std::vector<std::string> argv) {
        return [argv = std::move(argv), limit_s](Figures& figures) {
            return run_helper(argv, limit_s > 0 ? limit_s : 120, figures);
        };
    };
    std::vector<Tool> tools;
    tools.push_back({"control", [](Figures&) { return ::usleep(300'000) == 0; }});
    tools.push_back({"native, first", helper({rampwatch, "dump", "--backend", "native", pid})});
    tools.push_back({.name = "native, again",
                     .run = [&](Figures& figures) { return keep().dump(false, figures); },
                     .after_all_ran = true});
    tools.push_back(
        {"native, again, nobody ran", [&](Figures& figures) { return keep().dump(false, figures); }});
    tools.push_back({.name = "native, --stop all, again",
                     .run = [&](Figures& figures) { return keep().dump(true, figures); },
                     .after_all_ran = true});
    if (limit_s > 0) {
        tools.push_back(
            {.name = "eu-stack", .run = helper({"eu-stack", "-n", "0", "-p", pid}), .of_others = true});
        tools.push_back({.name = "gdb",
                         .run = helper({"gdb", "-nx", "-batch", "-p", pid, "-ex", "thread apply all bt"}),
                         .of_others = true});
    }
    for (int run = 0; run < runs; ++run) {
        for (Tool& tool : tools) {
            if (tool.after_all_ran) keep();
            run_once(target, tool);
        }
    }
    std::printf(
        "\n%s, %d threads, %d of them busy; median of %d (gdb, eu-stack: once where they take > 3 s)\n\n",
        program.substr(program.rfind('/') + 1).c_str(), threads, busy, runs);
    std::printf(
        "| tool | gap ms | worst | wall ms | CPU ms | memory MB | EINTR | held ms |\n"
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (const Tool& tool : tools) print(tool);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 7) {
        std::fprintf(stderr, "usage: dump_bench RAMPWATCH RUNS THREADS BUSY LIMIT_S PROGRAM...\n");
        return 2;
    }
    for (int i = 6; i < argc; ++i)
        bench(argv[1], std::atoi(argv[2]), std::atoi(argv[3]), std::atoi(argv[4]), std::atoi(argv[5]),
              argv[i]);
    return 0;
}
