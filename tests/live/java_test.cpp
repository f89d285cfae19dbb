// SPDX-License-Identifier: MIT
// Java programs read from outside, against what the JVM says of itself when jstack asks it.
#include <sys/types.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/hotspot/find.h"
#include "core/hotspot/runtime.h"
#include "core/stacks/java_frame.h"
#include "tests/catch.h"
#include "tests/support/javas.h"
#include "tests/support/live_process.h"
#include "tests/support/process_image.h"
#include "tests/support/target.h"

using namespace rampwatch;

namespace {

using Stacks = std::map<pid_t, std::vector<std::string>>;  // by TID, innermost first

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

std::vector<std::string> command(const test::Jdk& jdk, const std::vector<std::string>& flags) {
    std::vector<std::string> argv = {jdk.java, "-XX:MaxJavaStackTraceDepth=10000", "-Xmx128m"};
    argv.insert(argv.end(), flags.begin(), flags.end());
    argv.insert(argv.end(), {"-cp", directory_of(test::program("Waits.class")), "Waits"});
    return argv;
}

std::string line_of(const std::string& function, std::string_view file, std::optional<std::int64_t> line) {
    return line ? function + " " + std::string(file) + ":" + std::to_string(*line) : function;
}

// "... nid=0x1a03 waiting ...", since JDK 19 in decimal.
pid_t nid_of(std::string_view head) {
    std::string_view number = head.substr(head.rfind(" nid=") + 5);
    const bool is_hex = number.starts_with("0x");
    if (is_hex) number.remove_prefix(2);
    pid_t tid = 0;
    std::from_chars(number.data(), number.data() + number.size(), tid, is_hex ? 16 : 10);
    return tid;
}

// Threads that are in Java, as jstack prints them.
Stacks told_by(const test::Jdk& jdk, pid_t pid) {
    const auto printed = test::run_program({jdk.jstack, std::to_string(pid)});
    REQUIRE(printed.status == 0);
    Stacks stacks;
    pid_t tid = 0;
    for (std::size_t at = 0; at < printed.out.size();) {
        const std::size_t end = std::min(printed.out.find('\n', at), printed.out.size());
        const std::string line = printed.out.substr(at, end - at);
        at = end + 1;
        if (line.starts_with('"')) tid = nid_of(line);
        if (!line.starts_with("\tat ")) continue;
        const auto frame = stacks::java_frame(std::string_view(line).substr(4));
        REQUIRE(frame);
        stacks[tid].push_back(line_of(frame->function, frame->file, frame->line));
    }
    return stacks;
}

struct Read {
    Stacks stacks{};
    std::map<pid_t, std::string> names{}, waits{};
    int incomplete = 0;
};

Read read_threads(runtime::Runtime& java, const Stacks& whose) {
    Read read;
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    for (const auto& [tid, told] : whose) {
        runtime::ThreadCopy thread;
        thread.tid = tid;
        java.threads()->copy(thread, budget);
        const runtime::Walked walked = java.threads()->walk(thread);
        read.names[tid] = walked.name;
        read.waits[tid] = walked.waits_for;
        read.incomplete += walked.end != runtime::End::root;
        for (const runtime::PlacedFrame& placed : walked.frames) {
            const Frame frame = java.name_of(placed.frame);
            read.stacks[tid].push_back(line_of(frame.function.value(), frame.file.value_or(""), frame.line));
        }
    }
    return read;
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return hotspot::entry().attach(target, budget);
}

// The wait of the thread of that name.
std::string wait_of(const Read& read, const std::string& name) {
    for (const auto& [tid, told] : read.names) {
        if (told == name) return read.waits.at(tid);
    }
    return "no such thread";
}

std::int64_t ms_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun)
        .count();
}

// Counts, as fast as tasks are handed on.
class Counting : public runtime::Sink {
  public:
    void add(const runtime::Task&) override { ++tasks; }
    void add(const runtime::TypeRow&) override {}
    int tasks = 0;
};

}  // namespace

TEST_CASE("every thread of a Java program stands where jstack says, inlined calls and lines too", "[java]") {
    const std::vector<std::vector<std::string>> kinds = {
        {}, {"-Xint", "-XX:+UseSerialGC"}, {"-XX:TieredStopAtLevel=1", "-XX:+UseParallelGC"}};
    REQUIRE_FALSE(test::jdks().empty());
    for (const test::Jdk& jdk : test::jdks()) {
        for (const auto& flags : kinds) {
            INFO(jdk.java << " " << (flags.empty() ? "" : flags.front()));
            const test::Target program(command(jdk, flags));
            const Stacks told = told_by(jdk, program.pid());
            const test::LiveProcess process(program.pid());
            CHECK(hotspot::entry().recognise(process.target()));
            const auto java = attach(process.target());
            REQUIRE(java);
            const Read read = read_threads(**java, told);
            CHECK(read.incomplete == 0);
            CHECK(told.size() >= 20);
            for (const auto& [tid, frames] : told) {
                INFO(read.names.at(tid));
                const auto found = read.stacks.find(tid);
                REQUIRE(found != read.stacks.end());
                CHECK(found->second == frames);
            }
            CHECK(wait_of(read, "monitor") == "monitor");
            CHECK(wait_of(read, "object-wait") == "wait");
            CHECK(wait_of(read, "park") == "park");
            CHECK(wait_of(read, "sleep") == "sleep");
            CHECK(wait_of(read, "socket-read").empty());
            CHECK(wait_of(read, "a name of \u00e9 and \u2603, longer than fifteen letters") == "park");
        }
    }
}

TEST_CASE("a dump of a Java program has its threads in Java, and the JVM's own in one line", "[java]") {
    for (const test::Jdk& jdk : test::jdks()) {
        INFO(jdk.java);
        auto argv = command(jdk, {});
        argv.emplace_back("--spin");
        const test::Target program(argv);
        const auto dump = test::rampwatch({"dump", program.pid_word()});
        INFO(dump.out << dump.err);
        CHECK(dump.status == 0);
        CHECK(dump.out.find("Java " + std::to_string(jdk.version) + ".") != std::string::npos);
        CHECK(dump.out.find("waiting: monitor") != std::string::npos);
        CHECK(dump.out.find("named socket-read") != std::string::npos);
        CHECK(dump.out.find("Waits.spin ") != std::string::npos);
        CHECK(dump.out.find("of the runtime's own: ") != std::string::npos);
        CHECK(dump.out.find("libjvm.so") == std::string::npos);
        CHECK(dump.out.find("Not read") == std::string::npos);
        const auto json = test::rampwatch({"dump", "--format", "json", program.pid_word()});
        CHECK(json.out.find("\"language\":\"java\"") != std::string::npos);
        CHECK(json.out.find("\"function\":\"Waits.spin\"") != std::string::npos);
    }
}

TEST_CASE("virtual threads that wait are found, each once, with the calls that they wait in", "[java]") {
    constexpr int kCount = 3000;
    for (const test::Jdk& jdk : test::jdks()) {
        if (jdk.version < 21) continue;
        for (const char* collector : {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseParallelGC"}) {
            INFO(jdk.java << " " << collector);
            const test::Target program({jdk.java, "-Xmx256m", collector, "-cp",
                                        directory_of(test::program("Virtual.class")), "Virtual",
                                        std::to_string(kCount)});
            const test::LiveProcess process(program.pid());
            const auto java = attach(process.target());
            REQUIRE(java);
            const auto tasks = test::tell_tasks(**java);
            const auto count = [&](const char* innermost_own) {
                return std::count_if(tasks.begin(), tasks.end(), [&](const std::string& text) {
                    return text.find(innermost_own) != std::string::npos;
                });
            };
            CHECK(tasks.size() == kCount * 12 / 10);
            CHECK(count("  Virtual.fetch Virtual.java:18\n  Virtual.handle Virtual.java:25\n") == kCount);
            CHECK(count("  Virtual.sleep Virtual.java:34\n") == kCount / 10);
            CHECK(count("  Virtual.deep Virtual.java:42\n  Virtual.deep Virtual.java:41\n") == kCount / 10);
            CHECK(count("task [park]\n") == kCount * 12 / 10);
            CHECK(count("torn") == 0);
        }
    }
}

TEST_CASE("of virtual threads in a heap of another kind is said that they are not looked for", "[java]") {
    for (const test::Jdk& jdk : test::jdks()) {
        if (jdk.version < 21) continue;
        const test::Target program({jdk.java, "-XX:+UseZGC", "-Xmx256m", "-cp",
                                    directory_of(test::program("Virtual.class")), "Virtual", "20"});
        const auto dump = test::rampwatch({"dump", program.pid_word()});
        INFO(dump.out << dump.err);
        CHECK(dump.out.find("note: virtual threads are not looked for in a heap of this kind\n") !=
              std::string::npos);
        CHECK(dump.out.find("virtual threads parked") == std::string::npos);
        CHECK(dump.out.find("    Virtual.main ") != std::string::npos);
    }
}

TEST_CASE("a dump of a program with virtual threads has them in groups", "[java]") {
    for (const test::Jdk& jdk : test::jdks()) {
        if (jdk.version < 21) continue;
        const test::Target program(
            {jdk.java, "-cp", directory_of(test::program("Virtual.class")), "Virtual", "1000"});
        const auto dump = test::rampwatch({"dump", program.pid_word()});
        INFO(dump.out << dump.err);
        CHECK(dump.status == 0);
        CHECK(dump.out.find(": 1,200 virtual threads parked\n") != std::string::npos);
        CHECK(dump.out.find("1,000 virtual threads, 83 %, waiting: park\n    Virtual.fetch") !=
              std::string::npos);
        const auto json = test::rampwatch({"dump", "--format", "json", program.pid_word()});
        CHECK(json.out.find("\"task\":\"virtual thread\"") != std::string::npos);
    }
}

// Renews tests/captures/hotspot, of some threads: not part of any run.
TEST_CASE("images of Java programs are recorded", "[.record_java]") {
    const std::vector<std::string> wanted = {"monitor", "object-wait", "park",     "loop",
                                             "shape",   "initialiser", "reflected"};
    for (const test::Jdk& jdk : test::jdks()) {
        const test::Target program(command(jdk, {}));
        const Stacks told = told_by(jdk, program.pid());
        const test::LiveProcess process(program.pid());
        const auto first = attach(process.target());
        REQUIRE(first);
        const Read read = read_threads(**first, told);
        test::ProcessImage image;
        std::vector<pid_t> tids;
        for (const auto& [tid, name] : read.names) {
            if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
            CHECK(read.stacks.at(tid) == told.at(tid));
            image.tids.emplace_back(tid, tid);
            tids.push_back(tid);
        }
        std::ifstream maps("/proc/" + program.pid_word() + "/maps");
        for (std::string line; std::getline(maps, line);) {
            if (!line.ends_with("/libjvm.so")) continue;
            image.map_lines.push_back(line.substr(0, line.find('/')) + "/usr/lib/jvm/lib/server/libjvm.so");
        }
        const probe::RecordingReader recording(process.memory, image.memory);
        const probe::NamespaceTids some(image.tids);
        const runtime::Target target{recording, process.maps, nullptr, some, {}, {}};
        const auto java = attach(target);
        REQUIRE(java);
        std::string expect;
        for (const std::string& text : test::tell_threads(**java, tids)) expect += text;
        const std::string path = test::tests_file("captures/hotspot/" + std::to_string(jdk.version));
        std::ofstream(path + ".image") << image.text();
        std::ofstream(path + ".expect") << expect;
    }
}

// No part of the tests: what is said in docs/measured.md.
TEST_CASE("a hundred Java threads, and a hundred thousand virtual ones, are read", "[.java_cost]") {
    constexpr int kThreads = 100, kVirtual = 100'000;
    for (const test::Jdk& jdk : test::jdks()) {
        const std::string path = test::program("com/acme/Service.class");
        const test::Target program({jdk.java, "-cp", path.substr(0, path.rfind("/com/acme/")),
                                    "com.acme.Service", std::to_string(kThreads), "threads"});
        const test::LiveProcess process(program.pid());
        for (int round = 0; round < 5; ++round) {
            auto begun = std::chrono::steady_clock::now();
            const auto java = attach(process.target());
            REQUIRE(java);
            const auto attached = ms_since(begun);
            Stacks whose;
            for (const auto& task :
                 std::filesystem::directory_iterator("/proc/" + program.pid_word() + "/task"))
                whose[static_cast<pid_t>(std::stol(task.path().filename()))];
            begun = std::chrono::steady_clock::now();
            const Read read = read_threads(**java, whose);
            CHECK(read.stacks.size() > kThreads);
            WARN(jdk.version << ": attached in " << attached << " ms, " << read.stacks.size()
                             << " threads in Java in " << ms_since(begun) << " ms");
        }
        if (jdk.version < 21) continue;
        const test::Target many({jdk.java, "-Xmx2g", "-cp", directory_of(test::program("Virtual.class")),
                                 "Virtual", std::to_string(kVirtual)});
        const test::LiveProcess living(many.pid());
        const auto java = attach(living.target());
        REQUIRE(java);
        runtime::Budget budget =
            runtime::budget_of(std::uint64_t{1} << 34, std::chrono::seconds(60), std::chrono::seconds(60));
        Counting counting;
        const auto begun = std::chrono::steady_clock::now();
        REQUIRE((*java)->exact()->tasks(counting, budget));
        CHECK(counting.tasks >= kVirtual);
        WARN(jdk.version << ": " << counting.tasks << " virtual threads in " << ms_since(begun) << " ms");
    }
}
