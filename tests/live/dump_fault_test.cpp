// SPDX-License-Identifier: MIT
// Dumps of targets that change under the reader's hands, and by a worker that is short of memory.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
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
    settings.worker = std::make_shared<dump::Worker>(life_of(target.pid()), RAMPWATCH_PROGRAM);
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
    settings.worker = std::make_shared<dump::Worker>(life_of(target.pid()), RAMPWATCH_PROGRAM);
    for (int round = 0; round < 5; ++round) {
        const auto taken = dump::take_dump(life_of(target.pid()), settings);
        if (!taken) FAIL(to_string(taken.error()));
        CHECK((taken->threads == 1 || says(*taken, "Not read: a thread")));
    }
}

TEST_CASE("under a worker that may have too little memory another way reads the threads, and it is said",
          "[dump_fault]") {
    if (!test::have({"eu-stack"})) return;
    const test::TempTree folder;
    const test::Target target({test::program("many_threads"), "--threads", "300"});
    bool enough = false;
    for (int mib = 20; mib <= 512 && !enough; mib += mib < 80 ? 4 : 64) {
        const std::string small =
            script(folder, fmt::format("with{}", mib),
                   fmt::format("ulimit -v {}\nexec {} \"$@\"", mib * 1024, RAMPWATCH_PROGRAM));
        dump::Settings settings = settings_for(dump::Choice::automatic);
        settings.worker = std::make_shared<dump::Worker>(life_of(target.pid()), small);
        const auto taken = dump::take_dump(life_of(target.pid()), settings);
        INFO(mib << " MiB");
        if (!taken) FAIL(to_string(taken.error()));
        CHECK(taken->threads == 301);
        enough = taken->backend == "native";
        if (!enough) CHECK_FALSE(taken->warnings.empty());
    }
    CHECK(enough);
}
