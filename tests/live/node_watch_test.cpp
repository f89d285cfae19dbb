// SPDX-License-Identifier: MIT
// What a watch, a dump and a comparison of dumps tell of Node services, leaking and healthy.
#include <nlohmann/json.hpp>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "tests/catch.h"
#include "tests/support/nodes.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string service() { return test::tests_file("programs/node/service.js"); }

}  // namespace

TEST_CASE("a leak of async functions is told by the line where they await", "[node_watch]") {
    const test::Target leaker({test::nodes().back().path, service()});
    const test::Outcome watched =
        test::rampwatch({"watch", "--patience", "20s", "--exit-on-leak", "--for", "6m", leaker.pid_word()});
    CAPTURE(watched.out, watched.err);
    REQUIRE(watched.status == 1);
    const std::size_t leak = watched.out.find("LEAK");
    REQUIRE(leak != std::string::npos);
    const std::string told = watched.out.substr(leak);
    CHECK(has(told, "more async functions at QuoteService.fetchQuote (service.js:15)"));
    CHECK(has(told, "waiting tasks grew with it"));
    CHECK(has(told, " async functions, 100 %, +"));
    CHECK(has(told,
              "\n    QuoteService.fetchQuote                 service.js:15\n    QuoteService.handleOrder "));
    CHECK_FALSE(has(told, "are still here"));  // V8 does not tell one call from another
    CHECK(has(told, " x Array, "));            // of each order
    CHECK_FALSE(has(told, "nly malloc's heap is read"));
    CHECK(has(told, "kill -USR1 " + leaker.pid_word()));
}

TEST_CASE("two dumps of a Node service are compared by the line where its calls await", "[node_watch]") {
    const test::TempTree tree;
    const test::Target leaker({test::nodes().front().path, service()});
    const auto dump = [&](const std::string& name) {
        const auto outcome = test::rampwatch({"dump", "--format", "json", leaker.pid_word()});
        REQUIRE(outcome.status == 0);
        std::ofstream(tree.path(name)) << outcome.out;
    };
    dump("first.json");
    std::this_thread::sleep_for(std::chrono::seconds(3));
    dump("second.json");
    const auto diff = test::rampwatch({"diff", tree.path("first.json"), tree.path("second.json")});
    INFO(diff.out << diff.err);
    CHECK(has(diff.out, " async functions"));
    CHECK(has(diff.out, "fetchQuote"));
}

TEST_CASE("a Node service whose quotes come has few calls that wait", "[node_watch]") {
    const test::Target healthy({test::nodes().back().path, service(), "--healthy"});
    std::this_thread::sleep_for(std::chrono::seconds(3));
    const auto dump = test::rampwatch({"dump", "--format", "json", healthy.pid_word()});
    REQUIRE(dump.status == 0);
    const json told = json::parse(dump.out);
    REQUIRE(told["runtimes"].size() == 1);
    CHECK(told["runtimes"][0]["name"] == "Node.js");
    CHECK(told["runtimes"][0]["tasks"] <= 40);  // 2 s of orders: those that were collected count until then
}

TEST_CASE("calls that wait are one group over the processes of a cluster and their threads", "[node_watch]") {
    for (const test::Node& node : test::nodes()) {
        CAPTURE(node.path);
        const test::Target primary({node.path, test::tests_file("programs/node/cluster.js"), "400"});
        const auto dump = test::rampwatch({"dump", "--tree", primary.pid_word()});
        CAPTURE(dump.out, dump.err);
        REQUIRE(dump.status == 0);
        CHECK(has(dump.out, " of 3 processes of PID " + primary.pid_word()));
        CHECK(has(dump.out, "\n1,600 async functions, "));  // two workers, and a thread of each
        CHECK(has(dump.out, "\n    QuoteService.fetchQuote "));
        CHECK(has(dump.out, "\n3 threads, "));  // the main threads
        CHECK(has(dump.out, "(idle in its event loop)"));
        CHECK(has(dump.out, "\n2 threads, "));
        CHECK(has(dump.out, "cluster.js:26\n"));
    }
}
