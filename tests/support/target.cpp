// SPDX-License-Identifier: MIT
#include "tests/support/target.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "tests/catch.h"

namespace rampwatch::test {
namespace {

using Clock = std::chrono::steady_clock;

bool in_path(const std::string& name) {
    if (name.find('/') != std::string::npos) return access(name.c_str(), X_OK) == 0;
    const char* path = std::getenv("PATH");
    std::string directories = path != nullptr ? path : "/usr/bin:/bin";
    directories += ':';
    for (std::size_t from = 0, to = 0; (to = directories.find(':', from)) != std::string::npos;
         from = to + 1) {
        const std::string file = directories.substr(from, to - from) + '/' + name;
        if (access(file.c_str(), X_OK) == 0) return true;
    }
    return false;
}

Subprocess started(const std::vector<std::string>& argv) {
    INFO("starting " << argv.front());
    auto process = Subprocess::start(argv, {});
    if (!process) FAIL(to_string(process.error()));
    return std::move(*process);
}

// What stands behind "ready" on its line, once the whole line has come.
bool find_ready(const std::string& text, std::string& told) {
    const std::size_t at = text.starts_with("ready") ? 0 : text.find("\nready");
    if (at == std::string::npos) return false;
    const std::size_t line = text.find("ready", at);
    const std::size_t end = text.find('\n', line);
    if (end == std::string::npos) return false;
    const std::size_t word = line + 6;
    told = word < end ? text.substr(word, end - word) : std::string();
    return true;
}

}  // namespace

std::string program(const std::string& name) { return std::string(RAMPWATCH_TEST_PROGRAMS) + '/' + name; }

std::string tests_file(const std::string& name) { return std::string(RAMPWATCH_TESTS_DIR) + '/' + name; }

bool have(const std::vector<std::string>& programs) {
    for (const std::string& name : programs) {
        if (in_path(name)) continue;
        if (std::getenv("RAMPWATCH_NOTHING_MISSING") != nullptr) FAIL("not installed: " << name);
        WARN("skipped: not installed: " << name);
        return false;
    }
    return true;
}

Target::Target(const std::vector<std::string>& argv, std::chrono::seconds patience)
    : process_(started(argv)) {
    std::string text;
    const auto deadline = Clock::now() + patience;
    while (!find_ready(text, told_)) {
        if (Clock::now() > deadline) FAIL(argv.front() << " was not ready in time; it said: " << text);
        pollfd ready{process_.poll_fd(), POLLIN, 0};
        poll(&ready, 1, 1000);
        process_.drain();
        text += process_.take_output();
        if (process_.exit_status()) FAIL(argv.front() << " ended: " << text << process_.take_errors());
    }
}

namespace {

std::string made_fifo() {
    static int made = 0;
    std::string path = "/tmp/rampwatch-orders." + std::to_string(::getpid()) + "." + std::to_string(++made);
    ::unlink(path.c_str());
    if (::mkfifo(path.c_str(), 0600) != 0) FAIL("no FIFO at " << path);
    return path;
}

}  // namespace

OrderedTarget::OrderedTarget(const std::string& name) : fifo_(made_fifo()), target_({program(name), fifo_}) {}

OrderedTarget::OrderedTarget(std::vector<std::string> argv)
    : fifo_(made_fifo()), target_([&] {
          argv.push_back(fifo_);
          return argv;
      }()) {}

OrderedTarget::~OrderedTarget() { ::unlink(fifo_.c_str()); }

void OrderedTarget::tell(const std::string& order) {
    std::ofstream(fifo_) << order << std::endl;
    std::string said;
    const auto deadline = Clock::now() + std::chrono::minutes(2);
    while (said.find("done") == std::string::npos) {
        if (Clock::now() > deadline) FAIL("not done in time: " << order);
        pollfd ready{target_.process().poll_fd(), POLLIN, 0};
        ::poll(&ready, 1, 1000);
        target_.process().drain();
        said += target_.process().take_output();
        if (target_.process().exit_status()) FAIL("it ended: " << order);
    }
}

Outcome run_program(const std::vector<std::string>& argv, std::chrono::seconds deadline) {
    SubprocessOptions options;
    options.deadline = deadline;
    options.grace = std::chrono::seconds(10);
    const auto output = run(argv, options);
    if (!output) FAIL(to_string(output.error()));
    Outcome outcome{output->status.number + (output->status.signalled ? 128 : 0), output->out, output->err};
    if (output->timed_out) outcome.status = -1;
    return outcome;
}

void settle(pid_t pid, int running) {
    for (int tries = 0; tries < 1000; ++tries) {
        int found = 0;
        for (const auto& task :
             std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
            std::ifstream file(task.path() / "syscall");
            std::string word;
            file >> word;
            found += word == "running" ? 1 : 0;
        }
        if (found <= running) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

Target program_at_rest(const std::vector<std::string>& argv, int running) {
    Target target(argv);
    settle(target.pid(), running);
    return target;
}

Outcome rampwatch(const std::vector<std::string>& words, std::chrono::seconds deadline) {
    std::vector<std::string> argv{RAMPWATCH_PROGRAM};
    argv.insert(argv.end(), words.begin(), words.end());
    return run_program(argv, deadline);
}

}  // namespace rampwatch::test
