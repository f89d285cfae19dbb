// SPDX-License-Identifier: MIT
// Where the threads of Node programs are in JavaScript, told by `rampwatch dump`, against what V8 itself
// says.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/probe/memory_image.h"
#include "core/v8/runtime.h"
#include "tests/catch.h"
#include "tests/support/live_process.h"
#include "tests/support/nodes.h"
#include "tests/support/process_image.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using Json = nlohmann::json;

namespace {

constexpr const char* kMark = " (its first line)";

struct Call {
    std::string function{}, place{};  // "/srv/stands.js:12"
    bool marked = false;              // the place is that of its first line
};
using Calls = std::vector<Call>;

std::string text_of(const Calls& calls) {
    std::string text;
    for (const Call& call : calls) text += call.function + (call.marked ? "* " : " ") + call.place + "\n";
    return text;
}

std::string program() { return test::tests_file("programs/node/stands.js"); }

// "    at Box.get (/srv/stands.js:47:14)" a line; of this program alone, and without its class.
Calls told_in(const std::string& file) {
    Calls calls;
    std::ifstream lines(file);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find("at "), open = line.rfind('('), end = line.rfind(':');
        if (line.find("stands.js") == std::string::npos) continue;
        Call call;
        if (open == std::string::npos) {
            call.function = "(anonymous)";
            call.place = line.substr(at + 3, end - at - 3);
        } else {
            call.function = line.substr(at + 3, open - at - 4);
            call.place = line.substr(open + 1, end - open - 1);
        }
        call.function.resize(std::min(call.function.find(" [as "), call.function.size()));
        call.function.erase(0, call.function.rfind('.') + 1);
        if (call.function == "<anonymous>") call.function = "(anonymous)";
        calls.push_back(std::move(call));
    }
    return calls;
}

// Empty where it is null.
std::string text_at(const Json& frame, const char* member) {
    const Json& value = frame.at(member);
    return value.is_string() ? value.get<std::string>() : std::string();
}

// Of each thread in JavaScript, from where it notes its stack outwards.
std::vector<Calls> dumped(const Json& dump) {
    std::vector<Calls> threads;
    for (const Json& group : dump.at("groups")) {
        if (group.value("kind", "thread") != "thread") continue;
        Calls calls;
        for (const Json& frame : group.at("frames")) {
            const std::string file = text_at(frame, "file");
            if (text_at(frame, "language") != "javascript" || file.find("stands.js") == std::string::npos)
                continue;
            Call call;
            call.function = text_at(frame, "function");
            const std::size_t mark = call.function.find(kMark);
            call.marked = mark != std::string::npos;
            if (call.marked) call.function.resize(mark);
            call.place =
                file + ":" + (frame.at("line").is_null() ? "" : std::to_string(frame.at("line").get<int>()));
            calls.push_back(std::move(call));
        }
        const auto stand =
            std::find_if(calls.begin(), calls.end(), [](const Call& it) { return it.function == "stand"; });
        if (stand == calls.end()) continue;
        calls.erase(calls.begin(), stand);
        threads.push_back(std::move(calls));
    }
    return threads;
}

bool agree(const Calls& told, const Calls& read) {
    return std::equal(told.begin(), told.end(), read.begin(), read.end(), [](const Call& a, const Call& b) {
        return a.function == b.function && (b.marked || a.place == b.place);
    });
}

Json dump_of(const test::Target& target) {
    const auto dump = test::rampwatch({"dump", "--format", "json", target.pid_word()});
    INFO(dump.out << dump.err);
    REQUIRE(dump.status == 0);
    return Json::parse(dump.out);
}

// Where it waits in the kernel; empty where it does not.
std::optional<runtime::ThreadCopy> standing(pid_t pid, pid_t tid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(tid) + "/syscall");
    std::vector<std::string> words;
    for (std::string word; file >> word;) words.push_back(word);
    if (words.size() < 3) return std::nullopt;
    runtime::ThreadCopy thread;
    thread.tid = tid;
    thread.sp = std::stoull(words[words.size() - 2], nullptr, 16);
    thread.pc = std::stoull(words.back(), nullptr, 16);
    return thread;
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return v8::entry().attach(target, budget);
}

// The lines of /proc/PID/maps that a walk looks at; the program under a name of its own.
std::vector<std::string> lines_for(pid_t pid, const std::string& program,
                                   const std::vector<runtime::ThreadCopy>& threads) {
    std::vector<std::string> lines;
    std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
    for (std::string line; std::getline(maps, line);) {
        const std::size_t dash = line.find('-'), path = line.find(program);
        const std::uint64_t from = std::stoull(line.substr(0, dash), nullptr, 16);
        const std::uint64_t to = std::stoull(line.substr(dash + 1), nullptr, 16);
        const bool stack = std::any_of(threads.begin(), threads.end(),
                                       [&](const auto& it) { return it.sp >= from && it.sp < to; });
        const bool code = line.find("xp 00000000 00:00") != std::string::npos && line.find('[') == line.npos;
        if (path != std::string::npos) line = line.substr(0, path) + "/usr/bin/node";
        if (path != std::string::npos || stack || code) lines.push_back(line);
    }
    return lines;
}

}  // namespace

// Renews tests/captures/v8, of two workers: not part of any run.
TEST_CASE("images of Node programs are recorded", "[.record_node]") {
    for (const test::Node& node : test::nodes()) {
        const test::TempTree tree, code;
        std::ofstream(code.path("stands.js")) << std::ifstream(program()).rdbuf();
        const test::Target target({node.path, code.path("stands.js"), tree.path("")});
        test::settle(target.pid());
        const test::LiveProcess process(target.pid());
        const auto live = attach(process.target());
        REQUIRE(live);
        std::vector<runtime::ThreadCopy> threads;
        for (const auto& task : std::filesystem::directory_iterator("/proc/" + target.pid_word() + "/task")) {
            const auto thread = standing(target.pid(), std::stoi(task.path().filename()));
            if (!thread || thread->tid == target.pid()) continue;
            if (!test::tell_standing(**live, {*thread}).empty()) threads.push_back(*thread);
        }
        std::sort(threads.begin(), threads.end(), [](const auto& a, const auto& b) { return a.tid < b.tid; });
        REQUIRE(threads.size() == 5);
        threads.erase(threads.begin() + 1, threads.end() - 1);
        test::ProcessImage image;
        image.standing = threads;
        for (const auto& thread : threads) image.tids.emplace_back(thread.tid, thread.tid);
        image.map_lines = lines_for(target.pid(), node.path, threads);
        std::string lines;
        for (const std::string& line : image.map_lines) lines += line + "\n";
        const probe::Maps maps = probe::parse_maps(lines);
        const probe::RecordingReader recording(process.memory, image.memory);
        const probe::NamespaceTids tids(image.tids);
        const runtime::Target recorded{recording, maps, nullptr, tids, {}, {}};
        const auto read = attach(recorded);
        REQUIRE(read);
        std::string expect;
        for (const std::string& text : test::tell_standing(**read, threads)) expect += text;
        const std::string path = test::tests_file("captures/v8/" + std::to_string(node.version));
        std::ofstream(path + ".image") << image.text();
        std::ofstream(path + ".expect") << expect;
    }
}

TEST_CASE("threads of every Node here stand where V8 says, whatever their code was compiled by",
          "[node_stacks]") {
    for (const test::Node& node : test::nodes()) {
        const test::TempTree tree;
        const test::Target target({node.path, program(), tree.path("")});
        test::settle(target.pid());
        const auto threads = dumped(dump_of(target));
        std::string all;
        for (const Calls& calls : threads) all += text_of(calls) + "\n";
        int stacks = 0, exact = 0;
        for (const char* name :
             {"main", "worker0", "worker300", "worker3000", "worker100000", "worker2000000"}) {
            const Calls told = told_in(tree.path(name));
            CAPTURE(node.path, name, text_of(told), all);
            REQUIRE(told.size() >= 7);
            const auto found = std::find_if(threads.begin(), threads.end(),
                                            [&](const Calls& read) { return agree(told, read); });
            CHECK(found != threads.end());
            if (found == threads.end()) continue;
            ++stacks;
            const bool marked =
                std::any_of(found->begin(), found->end(), [](const Call& call) { return call.marked; });
            exact += marked ? 0 : 1;
        }
        CHECK(stacks == 6);
        CHECK(exact >= 3);  // those that are interpreted, and those that are optimised
    }
}

TEST_CASE("code that notes no lines stands at the first one of its function, marked", "[node_stacks]") {
    for (const test::Node& node : test::nodes()) {
        CAPTURE(node.path);
        const test::TempTree tree;
        const test::Target target({node.path, "--always-sparkplug", "--no-opt", program(), tree.path("")});
        test::settle(target.pid());
        const auto threads = dumped(dump_of(target));
        const Calls told = told_in(tree.path("worker0"));
        // Some ran so often that it was optimised all the same.
        const auto is_marked = [](const Call& call) {
            return call.function == "small" && call.marked && call.place == program() + ":35";
        };
        CHECK(std::any_of(threads.begin(), threads.end(), [&](const Calls& read) {
            return agree(told, read) && std::any_of(read.begin(), read.end(), is_marked);
        }));
    }
}

TEST_CASE("a Node that has nothing to do is idle in its event loop", "[node_stacks]") {
    for (const test::Node& node : test::nodes()) {
        CAPTURE(node.path);
        const test::Target target({node.path, program(), "--idle"});
        test::settle(target.pid());
        const auto dump = test::rampwatch({"dump", target.pid_word()});
        INFO(dump.out << dump.err);
        CHECK(dump.status == 0);
        CHECK(dump.out.find("(idle in its event loop)") != std::string::npos);
        CHECK(dump.out.find("of the runtime's own: ") != std::string::npos);
    }
}

TEST_CASE("a Node that never ends is shown where it runs", "[node_stacks]") {
    for (const test::Node& node : test::nodes()) {
        CAPTURE(node.path);
        const test::Target target({node.path, program(), "--busy"});
        const auto dump = test::rampwatch({"dump", target.pid_word()});
        INFO(dump.out << dump.err);
        CHECK(dump.status == 0);
        CHECK(dump.out.find("spin") != std::string::npos);
    }
}
