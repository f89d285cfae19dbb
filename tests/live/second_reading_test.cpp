// SPDX-License-Identifier: MIT
// Our stacks beside eu-stack's and gdb's, of programs built in many ways and languages. Where they differ by
// right, docs/measured.md says why.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/native/native.h"
#include "tests/catch.h"
#include "tests/support/stacks.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

Dump dump_of(pid_t pid) {
    native::NativeSettings settings;  // a busy host may keep a thread from its CPU for long
    settings.capture.max_stop = 500ms;
    settings.lines = 10s;
    native::NativeDumper dumper(pid);
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

// Neighbours without names become one, as where the debugger's text is read, unless there are no names at
// all.
std::vector<std::string> told(std::vector<std::string> functions) {
    const auto unknown = [](const std::string& name) { return name == "?"; };
    if (std::all_of(functions.begin(), functions.end(), unknown)) return functions;
    const auto end = std::unique(functions.begin(), functions.end(),
                                 [&](const auto& a, const auto& b) { return unknown(a) && unknown(b); });
    functions.erase(end, functions.end());
    return functions;
}

void check_lengths(const test::StacksByThread& ours, const test::StacksByThread& theirs) {
    for (const auto& [tid, functions] : ours) {
        const auto other = theirs.find(tid);
        REQUIRE(other != theirs.end());
        INFO("TID " << tid << "\n  ours   " << test::join(functions) << "\n  theirs "
                    << test::join(other->second));
        CHECK(told(functions).size() == told(other->second).size());
    }
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
    const auto ours = test::by_thread(dump), theirs = test::by_eu_stack(target.pid());
    test::check_same(ours, theirs, "eu-stack");
    if (how == "stripped") return check_lengths(ours, theirs);  // most of it has no names to compare
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

TEST_CASE("a Rust program has the frames that eu-stack finds, in Rust's words", "[second_reading]") {
    const test::TempTree folder;
    const std::string path = folder.path("stalls");
    const std::string how = GENERATE("legacy", "v0");
    const char* home = std::getenv("HOME");  // where rustup has its compilers
    const std::vector<std::string> rustc = {"env", std::string("HOME=") + (home != nullptr ? home : "/"),
                                            std::string("PATH=") + std::getenv("PATH"), "rustc"};
    const auto rust = [&](const std::vector<std::string>& words) {
        std::vector<std::string> all = rustc;
        all.insert(all.end(), words.begin(), words.end());
        return test::run_program(all);
    };
    if (rust({"--version"}).status != 0) {
        WARN("skipped: there is no rustc");
        return;
    }
    std::vector<std::string> compiler = {"-O", "-g", "-o", path};
    if (how == "v0") compiler.insert(compiler.end(), {"-C", "symbol-mangling-version=v0"});
    compiler.push_back(test::tests_file("programs/stalls.rs"));
    if (!test::have({"eu-stack"})) return;
    const auto compiled = rust(compiler);
    INFO(compiled.err);
    REQUIRE(compiled.status == 0);
    const auto target = test::program_at_rest({path});
    const Dump dump = dump_of(target.pid());
    CHECK(dump.stops.empty());
    CHECK(dump.warnings.empty());
    const auto ours = test::by_thread(dump), theirs = test::by_eu_stack(target.pid());
    CHECK(ours.size() == 13);
    check_lengths(ours, theirs);
    for (const auto& [tid, functions] : ours) {
        const auto depth = std::count(functions.begin(), functions.end(), "descend");
        CHECK((depth == 0 || depth == 6));
    }
    const auto takes = [](const Frame& frame) {
        const std::string name = frame.function.value_or("");
        return name.find("stalls::Shelf<") != std::string::npos && name.ends_with("::take");
    };
    const auto group = std::find_if(dump.groups.begin(), dump.groups.end(), [&](const Group& each) {
        return std::any_of(each.frames.begin(), each.frames.end(), takes);
    });
    REQUIRE(group != dump.groups.end());
    CHECK(group->count == 4);
    CHECK(group->frames[group->own_frame].file.value_or("").ends_with("stalls.rs"));
    for (const Group& each : dump.groups) {
        for (const Frame& frame : each.frames) {
            const std::string name = frame.function.value_or("?");
            INFO(name);
            CHECK_FALSE(
                (name.starts_with("_R") || name.starts_with("_ZN") || name.find('$') != std::string::npos));
        }
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
