// SPDX-License-Identifier: MIT
// Dumps of targets that change under the reader's hands, and by a worker that is short of memory.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "core/dump/backend.h"
#include "core/probe/process.h"
#include "tests/catch.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

dump::Settings settings_for(dump::Choice backend) {
    dump::Settings settings;
    settings.backend = backend;
    settings.guard_program = RAMPWATCH_PROGRAM;
    settings.timeout = 60s;
    return settings;
}

Life life_of(pid_t pid) {
    auto process = probe::Process::open(pid);
    REQUIRE(process);
    return process->life();
}

bool says(const Dump& dump, const std::string& part) {
    return std::any_of(dump.warnings.begin(), dump.warnings.end(),
                       [&](const std::string& warning) { return warning.find(part) != std::string::npos; });
}

std::string script(const test::TempTree& folder, const std::string& name, const std::string& text) {
    const std::string path = folder.path(name);
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    ::chmod(path.c_str(), 0755);
    return path;
}

}  // namespace

TEST_CASE("a target that ends at any moment of its dump is gone, or was read before", "[dump_fault]") {
    for (int round = 0; round < 8; ++round) {
        test::Target target({test::program("many_threads"), "--threads", "200"});
        const Life life = life_of(target.pid());
        std::thread killer([&] {
            std::this_thread::sleep_for(round * 20ms);
            ::kill(life.pid, SIGKILL);
        });
        const auto taken = dump::take_dump(life, settings_for(dump::Choice::native));
        killer.join();
        if (taken) {
            CHECK(taken->threads <= 201);
        } else {
            INFO(to_string(taken.error()));
            CHECK(
                (taken.error().kind == Error::Kind::gone || taken.error().kind == Error::Kind::unavailable));
        }
    }
}

TEST_CASE(
    "a target that becomes another program all the time is read, or said to be in the way; its reader "
    "lives",
    "[dump_fault]") {
    const test::TempTree folder;
    // Each program says "ready" once; the environment tells the next one not to.
    const std::string path = script(folder, "again", R"([ -n "$AGAIN" ] || echo ready; AGAIN=yes exec "$0")");
    const test::Target target({path});
    dump::Settings settings = settings_for(dump::Choice::native);
    settings.worker = std::make_shared<worker::Worker>(life_of(target.pid()), RAMPWATCH_PROGRAM);
    for (int round = 0; round < 8; ++round) {
        const auto taken = dump::take_dump(life_of(target.pid()), settings);
        if (taken) {
            CHECK(taken->backend == "native");
            continue;
        }
        INFO(to_string(taken.error()));
        CHECK(taken.error().what.find("ended") == std::string::npos);
    }
    CHECK(::kill(target.pid(), 0) == 0);
}

TEST_CASE("a target that forks all the time is read as the one process that it is", "[dump_fault]") {
    const test::TempTree folder;
    const test::Target target({script(folder, "forks", "echo ready; while :; do /bin/true; done")});
    dump::Settings settings = settings_for(dump::Choice::native);
    settings.worker = std::make_shared<worker::Worker>(life_of(target.pid()), RAMPWATCH_PROGRAM);
    for (int round = 0; round < 5; ++round) {
        const auto taken = dump::take_dump(life_of(target.pid()), settings);
        if (!taken) FAIL(to_string(taken.error()));
        CHECK((taken->threads == 1 || says(*taken, "Not read: a thread")));
    }
}

namespace {

// By the kernel's word: not held, not traced.
bool runs_freely(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    bool traced = false, stopped = false;
    for (std::string line; std::getline(status, line);) {
        traced = traced || (line.starts_with("TracerPid:") && line != "TracerPid:\t0");
        stopped = stopped || (line.starts_with("State:") && line.find_first_of("Tt", 6) == 7);
    }
    return !traced && !stopped && ::kill(pid, 0) == 0;
}

// A worker that was refused memory says so, or died of it: never another reason.
bool is_told(const Dump& dump) {
    return says(dump, "Read by eu-stack: the helper that reads it ran out of memory") ||
           says(dump, "Read by eu-stack: the helper that reads it was ended by signal") ||
           says(dump, "Read by eu-stack: the helper that reads it ended with status");
}

}  // namespace

TEST_CASE(
    "a worker without memory dies alone: it is said, another way reads the threads, and the target runs",
    "[dump_fault]") {
    if (!test::have({"eu-stack"})) return;
    const test::TempTree folder;
    // So large a file that to map it is refused too.
    const std::string path = folder.path("large");
    std::filesystem::copy_file(test::program("many_threads"), path);
    if (GENERATE(false, true)) std::filesystem::resize_file(path, std::uintmax_t{8} << 30);
    const test::Target target({path, "--threads", "300"});
    const Life life = life_of(target.pid());
    bool enough = false;
    int refused = 0;
    for (int mib = 20; mib <= 512 && !enough; mib += mib < 80 ? 4 : 64) {
        const std::string small =
            script(folder, fmt::format("with{}", mib),
                   fmt::format("ulimit -v {}\nexec {} \"$@\"", mib * 1024, RAMPWATCH_PROGRAM));
        dump::Settings settings = settings_for(dump::Choice::automatic);
        settings.worker = std::make_shared<worker::Worker>(life, small);
        const auto taken = dump::take_dump(life, settings);
        INFO(mib << " MiB");
        if (!taken) FAIL(to_string(taken.error()));
        CHECK(taken->threads == 301);
        CHECK(runs_freely(target.pid()));
        enough = taken->backend == "native";
        if (enough) continue;
        ++refused;
        INFO((taken->warnings.empty() ? "" : taken->warnings.back()));
        CHECK(taken->backend == "eu-stack");
        CHECK(is_told(*taken));
    }
    CHECK(enough);
    CHECK(refused > 0);
}
