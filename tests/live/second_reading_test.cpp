// SPDX-License-Identifier: MIT
// Our stacks beside eu-stack's and gdb's, of programs built in many ways and languages. Where they differ by
// right, docs/measured.md says why.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/dump/native.h"
#include "tests/catch.h"
#include "tests/support/stacks.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

Dump dump_of(pid_t pid) {
    dump::NativeSettings settings;  // a busy host may keep a thread from its CPU for long
    settings.capture.max_stop = 500ms;
    settings.lines = 10s;
    dump::NativeDumper dumper(pid);
    auto dump = dumper.dump(settings);
    if (!dump) FAIL(to_string(dump.error()));
    return std::move(*dump);
}

// What two programs have alike in their debug information goes into a third file, as distributions do it.
void share_debug_information(const test::TempTree& folder, const std::string& path) {
    const std::string twin = folder.path("twin");
    std::filesystem::copy_file(path, twin);
    const auto shared = test::run_program({"dwz", "-m", folder.path("shared.debug"), path, twin});
    INFO(shared.err);
    REQUIRE(shared.status == 0);
}

}  // namespace

TEST_CASE("programs of other builds have the stacks that eu-stack finds", "[second_reading]") {
    if (!test::have({"eu-stack", "strip", "objcopy", "dwz"})) return;
    const test::TempTree folder;
    const std::string from = test::program(
        GENERATE("many_threads", "many_threads_fp", "many_threads_static", "many_threads_fixed"));
    const std::string how = GENERATE("whole", "stripped", "separate", "compressed", "dwz");
    const std::string path = folder.path("built");
    if (how == "stripped" || how == "separate")
        REQUIRE(test::run_program({"strip", "-o", path, from}).status == 0);
    else
        std::filesystem::copy_file(from, path);
    if (how == "compressed")
        REQUIRE(test::run_program({"objcopy", "--compress-debug-sections=zlib", path}).status == 0);
    if (how == "dwz") share_debug_information(folder, path);
    if (how == "separate") {
        REQUIRE(test::run_program({"objcopy", "--only-keep-debug", from, path + ".debug"}).status == 0);
        REQUIRE(test::run_program({"objcopy", "--add-gnu-debuglink=" + path + ".debug", path}).status == 0);
    }
    INFO(from << ", " << how);
    const auto target = test::program_at_rest({path, "--threads", "20", "--depth", "3"});
    const Dump dump = dump_of(target.pid());
    CHECK(dump.stops.empty());
    CHECK(dump.warnings.empty());  // whole stacks
    // Of a static-pie program without symbols eu-stack finds no frame but the innermost.
    if (how != "stripped" || !from.ends_with("many_threads_static"))
        test::check_same(test::by_thread(dump), test::by_eu_stack(target.pid()), "eu-stack");
    if (how == "stripped") return;
    const Group* group = test::group_in(dump, "wait_for_disk");
    REQUIRE(group != nullptr);
    CHECK(std::any_of(group->frames.begin(), group->frames.end(), [](const Frame& frame) {
        return frame.file.value_or("").ends_with("many_threads.cpp");
    }));
}

TEST_CASE("threads of a Go program in its scheduler end where Go changes to another stack",
          "[second_reading]") {
    if (!test::have({test::program("parks_go")})) return;
    const auto target = test::program_at_rest({test::program("parks_go")});
    const Dump dump = dump_of(target.pid());
    for (const Group& group : dump.groups) {
        const auto names = test::functions(group);
        INFO(test::join(names));
        CHECK_FALSE(group.truncated);
        const auto change = std::find(names.begin(), names.end(), "runtime.mcall.abi0");
        CHECK((change == names.end() || change + 1 == names.end()));
    }
}

TEST_CASE("a JVM's threads lead through code without names to where they began", "[second_reading]") {
    if (!test::have({"java", "javac"})) return;
    const std::string churn = test::program("Churn.class");
    const test::Target target({"java", "-Xmx64m", "-cp", churn.substr(0, churn.rfind('/')), "Churn"});
    const Dump dump = dump_of(target.pid());
    const Group* java = test::group_in(dump, "JVM_WaitForReferencePendingList");
    REQUIRE(java != nullptr);
    CHECK_FALSE(java->truncated);
    const auto unnamed = std::count_if(java->frames.begin(), java->frames.end(),
                                       [](const Frame& frame) { return !frame.function; });
    CHECK(unnamed > 0);
    CHECK(test::functions(*java).back() == "clone3");
}
