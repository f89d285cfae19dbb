// SPDX-License-Identifier: MIT
// Whatever is killed, and whenever: the target runs on.
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

// States of all threads, and SIGSTOPs that wait for one: "S" when all sleep or run.
bool is_stopped(pid_t pid) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream file(task.path() / "status");
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("State:") && (line[7] == 'T' || line[7] == 't')) return true;
        }
    }
    return false;
}

bool has_tracer(pid_t pid) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream file(task.path() / "status");
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with("TracerPid:") && line.find_first_of("123456789") != std::string::npos)
                return true;
        }
    }
    return false;
}

// In a process group of its own, as a shell starts it.
pid_t start_dump(const std::string& target, const std::string& backend) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setpgid(0, 0);
    ::execl(RAMPWATCH_PROGRAM, "rampwatch", "dump", "--backend", backend.c_str(), "-o", "/dev/null",
            target.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
}

// A dump by our own hands, by `user_words` before it (setpriv and its options) if any.
pid_t start_native(std::vector<std::string> words, const std::string& target) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setpgid(0, 0);
    for (const char* word : {RAMPWATCH_PROGRAM, "dump", "--backend", "native", "--stop", "all", "--max-stop",
                             "200ms", "--format", "folded"})
        words.emplace_back(word);
    words.push_back(target);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int null = ::open("/dev/null", O_WRONLY);
    ::dup2(null, STDOUT_FILENO);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
}

// The worker that reads `target`, or 0.
pid_t worker_of(const std::string& target) {
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
        const std::string number = process.path().filename();
        if (number.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(process.path() / "cmdline");
        const std::string words{std::istreambuf_iterator<char>(file), {}};
        if (words.starts_with("rampwatch-worker") && words.find('\0' + target + '\0') != std::string::npos)
            return std::stoi(number);
    }
    return 0;
}

// RAMPWATCH_KILLS asks for more of them than every test run has time for.
int kills(int usual) {
    const char* asked = std::getenv("RAMPWATCH_KILLS");
    return asked == nullptr ? usual : std::max(usual, std::atoi(asked));
}

void kill_group(pid_t leader) {
    ::kill(-leader, SIGKILL);
    ::kill(leader, SIGKILL);
    ::waitpid(leader, nullptr, 0);
}

// The helper that is at work on `target`, or 0.
pid_t helper_of(const std::string& target) {
    for (const auto& process : std::filesystem::directory_iterator("/proc")) {
        const std::string number = process.path().filename();
        if (number.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(process.path() / "cmdline");
        const std::string words{std::istreambuf_iterator<char>(file), {}};
        const bool is_helper = words.starts_with("/usr/bin/gdb") || words.starts_with("/usr/bin/eu-stack");
        const std::string word = std::string("-p") + '\0' + target + '\0';
        if (is_helper && words.find(word) != std::string::npos) return std::stoi(number);
    }
    return 0;
}

// True once no thread is stopped or traced, for a tenth of a second on end.
bool runs_on(pid_t pid) {
    int good = 0;
    for (const auto end = std::chrono::steady_clock::now() + 60s; good < 10;) {
        if (std::chrono::steady_clock::now() > end) return false;
        good = is_stopped(pid) || has_tracer(pid) ? 0 : good + 1;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

// Kills at random moments of native dumps: us alone, the worker alone, all of us, in turn. How often the
// target was left stopped or traced.
int left_stopped_by_native(const std::vector<std::string>& user_words, int rounds) {
    const test::Target target({test::program("stack_shapes"), "--shape", "busy", "--count", "3"});
    std::mt19937 random(1234);
    int left_stopped = 0;
    for (int round = 0; round < rounds; ++round) {
        const pid_t dump = start_native(user_words, target.pid_word());
        std::this_thread::sleep_for(
            std::chrono::microseconds(std::uniform_int_distribution<>(0, 150'000)(random)));
        const pid_t worker = round % 3 == 0 ? 0 : worker_of(target.pid_word());
        if (worker > 0) ::kill(worker, SIGKILL);
        if (round % 3 == 2) ::kill(-dump, SIGKILL);
        if (round % 3 == 0) ::kill(dump, SIGKILL);
        ::waitpid(dump, nullptr, 0);
        if (runs_on(target.pid())) continue;
        ++left_stopped;
        ::kill(target.pid(), SIGCONT);
    }
    return left_stopped;
}

}  // namespace

TEST_CASE("whoever of us is killed at any moment of a dump that stops threads, the target runs",
          "[native_kill]") {
    CHECK(left_stopped_by_native({}, kills(24)) == 0);
}

TEST_CASE("the same for a user with the two rights that it takes", "[native_kill]") {
    if (!test::have({"setpriv"})) return;
    if (::geteuid() != 0) {
        WARN("skipped: needs root to become another user");
        return;
    }
    const std::vector<std::string> nobody = {"setpriv",
                                             "--reuid=65534",
                                             "--regid=65534",
                                             "--clear-groups",
                                             "--inh-caps=+sys_ptrace,+dac_read_search",
                                             "--ambient-caps=+sys_ptrace,+dac_read_search"};
    const test::Target target({test::program("stack_shapes"), "--shape", "busy"});
    std::vector<std::string> words = nobody;
    for (const char* word : {RAMPWATCH_PROGRAM, "dump", "--backend", "native"}) words.emplace_back(word);
    words.push_back(target.pid_word());
    const test::Outcome whole = test::run_program(words);
    INFO(whole.err);
    CHECK(whole.status == 0);
    CHECK(whole.out.find("burn_cpu") != std::string::npos);
    CHECK(left_stopped_by_native(nobody, kills(12)) == 0);
}

TEST_CASE("after 50 SIGKILLs to our whole process group at any moment of a dump the target runs",
          "[dump_kill]") {
    if (!test::have({"eu-stack", "gdb"})) return;
    const test::Target target({test::program("threads"), "--leaked", "100"});
    std::mt19937 random(4711);
    int left_stopped = 0;
    for (int round = 0; round < 50; ++round) {
        const bool gdb = round % 2 == 1;
        const pid_t dump = start_dump(target.pid_word(), gdb ? "gdb" : "eu-stack");
        std::this_thread::sleep_for(
            std::chrono::milliseconds(std::uniform_int_distribution<>(0, 900)(random)));
        kill_group(dump);
        if (!runs_on(target.pid())) {
            ++left_stopped;
            ::kill(target.pid(), SIGCONT);
        }
    }
    CHECK(left_stopped == 0);
}

TEST_CASE("a helper that is killed at any moment leaves the target running", "[dump_kill]") {
    if (!test::have({"eu-stack", "gdb"})) return;
    const test::Target target({test::program("threads"), "--leaked", "100"});
    std::mt19937 random(815);
    int left_stopped = 0, killed = 0;
    for (int round = 0; round < 30; ++round) {
        const pid_t dump = start_dump(target.pid_word(), round % 2 == 1 ? "gdb" : "eu-stack");
        std::this_thread::sleep_for(
            std::chrono::milliseconds(std::uniform_int_distribution<>(0, 700)(random)));
        if (const pid_t helper = helper_of(target.pid_word()); helper > 0) {
            ::kill(helper, SIGKILL);
            ++killed;
        }
        ::waitpid(dump, nullptr, 0);
        if (!runs_on(target.pid())) {
            ++left_stopped;
            ::kill(target.pid(), SIGCONT);
        }
    }
    CHECK(killed > 0);
    CHECK(left_stopped == 0);
}

TEST_CASE("a dump that is itself stopped, as by ^Z, does not hold its target", "[dump_kill]") {
    if (!test::have({"gdb"})) return;
    const test::Target target({test::program("threads"), "--leaked", "400"});
    const pid_t dump = start_dump(target.pid_word(), "gdb");
    while (!has_tracer(target.pid())) std::this_thread::sleep_for(1ms);
    ::kill(-dump, SIGSTOP);
    CHECK(runs_on(target.pid()));
    ::kill(-dump, SIGCONT);
    int status = -1;
    ::waitpid(dump, &status, 0);
    CHECK(status == 0);
}
