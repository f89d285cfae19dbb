// SPDX-License-Identifier: MIT
// Node programs read from outside, against what V8 itself says of them.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "core/v8/find.h"
#include "core/v8/runtime.h"
#include "tests/catch.h"
#include "tests/support/live_process.h"
#include "tests/support/nodes.h"
#include "tests/support/process_image.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;

namespace {

// How many calls are suspended where: "fetchQuote /srv/quotes.js:46".
using Places = std::map<std::string, int>;

std::vector<std::string> command(const test::Node& node, const test::TempTree& tree, int count,
                                 const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv = {node.path, "--expose-gc", test::tests_file("programs/node/quotes.js"),
                                     tree.path("truth"), std::to_string(count)};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
}

Places told_by(const test::TempTree& tree) {
    Places places;
    std::ifstream file(tree.path("truth"));
    for (std::string line; std::getline(file, line);) {
        const std::size_t blank = line.find(' ');
        places[line.substr(blank + 1)] = std::stoi(line.substr(0, blank));
    }
    return places;
}

bool is_ours(const std::string& line) { return line.find("quotes.js:") != std::string::npos; }

// "  QuoteService.fetchQuote /srv/quotes.js:46" without its class.
std::string place_of(const std::string& line) {
    const std::string call = line.substr(line.find_first_not_of(' '));
    return call.substr(call.substr(0, call.find(' ')).rfind('.') + 1);
}

// One that several await is in the chain of each of them.
Places read_places(const std::vector<std::string>& tasks) {
    Places places;
    for (const std::string& task : tasks) {
        std::istringstream lines(task);
        for (std::string line; std::getline(lines, line);) {
            if (is_ours(line)) ++places[place_of(line)];
        }
    }
    return places;
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return v8::entry().attach(target, budget);
}

std::vector<std::string> tasks_of(pid_t pid) {
    const test::LiveProcess process(pid);
    CHECK(v8::entry().recognise(process.target()));
    const auto node = attach(process.target());
    REQUIRE(node);
    auto tasks = test::tell_tasks(**node);
    std::erase_if(tasks, [](const std::string& text) { return !is_ours(text); });
    return tasks;
}

std::int64_t count_of(const std::vector<std::string>& tasks, const std::string& functions) {
    return std::count_if(tasks.begin(), tasks.end(), [&](const std::string& task) {
        std::string names;
        std::istringstream lines(task);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("  ")) names += line.substr(2, line.find(' ', 2) - 2) + " ";
        }
        return names == functions + " ";
    });
}

}  // namespace

TEST_CASE("suspended calls of every Node here are where V8 says, each once", "[node]") {
    constexpr int kCount = 1000;
    for (const test::Node& node : test::nodes()) {
        for (const auto& more : {std::vector<std::string>{}, std::vector<std::string>{"--worker"}}) {
            INFO(node.path << (more.empty() ? "" : " in a worker"));
            const test::TempTree tree;
            const test::Target program(command(node, tree, kCount, more));
            const auto tasks = tasks_of(program.pid());
            Places told = told_by(tree);
            CHECK(told.size() == 11);
            // All that await it show it.
            for (auto& [place, count] : told) {
                if (place.starts_with("load ")) count = kCount / 10;
            }
            CHECK(read_places(tasks) == told);
            CHECK(std::count(tasks.begin(), tasks.end(), "torn\n") == 0);
            CHECK(count_of(tasks, "QuoteService.fetchQuote QuoteService.handleOrder") == kCount);
            CHECK(count_of(tasks, "QuoteService.fetchQuote QuoteService.handleOrder guarded") == kCount / 10);
            CHECK(count_of(tasks, "load readShared") == kCount / 10);
            CHECK(count_of(tasks, "prices consume") == kCount / 10);
            CHECK(count_of(tasks, "prices") == kCount / 10);
            CHECK(count_of(tasks, "refresh") == kCount / 10);
            CHECK(count_of(tasks, "gather") == kCount / 10);
            CHECK(std::count_if(tasks.begin(), tasks.end(), [](const std::string& task) {
                      return task.starts_with("task [yield]\n");
                  }) == 2 * kCount / 10);
        }
    }
}

TEST_CASE("calls that are awaited are counted while a collector runs as fast as it can", "[node]") {
    constexpr int kCount = 5000;
    for (const test::Node& node : test::nodes()) {
        INFO(node.path);
        const test::TempTree tree;
        const test::Target program(command(node, tree, kCount, {"--churn"}));
        for (int i = 0; i < 5; ++i) {
            const auto tasks = tasks_of(program.pid());
            CHECK(count_of(tasks, "QuoteService.fetchQuote QuoteService.handleOrder") == kCount);
        }
    }
}

TEST_CASE("a dump of a Node program has its suspended calls in groups", "[node]") {
    for (const test::Node& node : test::nodes()) {
        INFO(node.path);
        const test::TempTree tree;
        const test::Target program(command(node, tree, 1000));
        const auto dump = test::rampwatch({"dump", program.pid_word()});
        INFO(dump.out << dump.err);
        CHECK(dump.status == 0);
        CHECK(dump.out.find("Node.js " + std::to_string(node.version) + ".") != std::string::npos);
        CHECK(dump.out.find(": 1,700 async functions and generators parked\n") != std::string::npos);
        CHECK(dump.out.find("note: calls that nothing can resume count until the next full collection\n") !=
              std::string::npos);
        CHECK(dump.out.find("\n1,000 async functions, 59 %\n    QuoteService.fetchQuote ") !=
              std::string::npos);
        CHECK(dump.out.find("quotes.js:46\n") != std::string::npos);
        const auto json = test::rampwatch({"dump", "--format", "json", program.pid_word()});
        CHECK(json.out.find("\"language\":\"javascript\"") != std::string::npos);
        CHECK(json.out.find("\"task\":\"async function\"") != std::string::npos);
    }
}

// Not part of any run: what a hundred thousand and some cost.
TEST_CASE("a hundred thousand suspended calls are read", "[.node_cost]") {
    for (const test::Node& node : test::nodes()) {
        const test::TempTree tree;
        const test::Target program(command(node, tree, 100'000));
        const test::LiveProcess process(program.pid());
        const auto read = attach(process.target());
        REQUIRE(read);
        class Counting : public runtime::Sink {
          public:
            void add(const runtime::Task&) override { ++tasks; }
            void add(const runtime::TypeRow&) override {}
            int tasks = 0;
        } counting;
        runtime::Budget budget =
            runtime::budget_of(std::uint64_t{1} << 34, std::chrono::seconds(60), std::chrono::seconds(60));
        const auto before = std::chrono::steady_clock::now();
        REQUIRE((*read)->exact()->tasks(counting, budget));
        const auto took = std::chrono::steady_clock::now() - before;
        CHECK(counting.tasks >= 170'000);
        WARN(node.version << ": " << counting.tasks << " tasks in "
                          << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms");
    }
}
