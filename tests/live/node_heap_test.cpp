// SPDX-License-Identifier: MIT
// What fills the heap of Node programs, and what of it grew: told by `rampwatch heap`, against what the
// program was told to keep and V8's own heap snapshots.
#include <unistd.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/support/nodes.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using Json = nlohmann::json;

namespace {

class Shop {
  public:
    explicit Shop(const test::Node& node)
        : node_(node), shop_({node.path, "--expose-gc", test::tests_file("programs/node/shop.js")}) {}

    void tell(const std::string& order) { shop_.tell(order); }
    [[nodiscard]] std::string file(const std::string& name) const { return tree_.path(name); }

    // The first time what there is, then what grew.
    [[nodiscard]] Json look() const {
        const auto outcome = test::rampwatch(
            {"heap", "--format", "json", "--baseline", file("base"), shop_.target().pid_word()});
        INFO(outcome.out << outcome.err);
        REQUIRE(outcome.status == 0);
        return Json::parse(outcome.out);
    }
    // What grew by this order, beside what stays and what is made and dropped.
    [[nodiscard]] Json grown_by(const std::string& order) {
        for (const char* before : {"session 1000", "lru 30000", "churn 100000"}) tell(before);
        static_cast<void>(look());
        tell(order);
        tell("churn 100000");
        return look();
    }
    // By V8's own account: bytes by what it calls them.
    [[nodiscard]] std::map<std::string, double> told_by_snapshots() const {
        const auto told = test::run_program({node_.path, test::tests_file("programs/node/snapshots.js"),
                                             file("before.heapsnapshot"), file("after.heapsnapshot")});
        INFO(told.err);
        REQUIRE(told.status == 0);
        std::map<std::string, double> bytes;
        std::istringstream lines(told.out);
        for (std::string line; std::getline(lines, line);) {
            std::istringstream words(line);
            double size = 0, count = 0;
            std::string name;
            words >> size >> count >> std::ws;
            std::getline(words, name);
            bytes[name] = size;
        }
        return bytes;
    }

  private:
    test::TempTree tree_{};
    test::Node node_;
    test::OrderedTarget shop_;
};

double value(const Json& figure) { return figure.at("value").get<double>(); }

Json row(const Json& heap, const std::string& name) {
    for (const Json& type : heap.at("types")) {
        if (type.at("name") == name) return type;
    }
    return {{"name", ""}, {"count", {{"value", 0}}}, {"bytes", {{"value", 0}}}, {"held_by", nullptr}};
}

double sum_of(const Json& heap) {
    double sum = 0;
    for (const Json& type : heap.at("types")) sum += value(type.at("bytes"));
    return sum;
}

// Who holds it; empty: it is not told.
std::string holder_of(const Json& type) {
    const Json& holder = type.at("held_by");
    return holder.is_null() ? std::string() : holder.at("name").get<std::string>();
}

struct Leak {
    std::string order{}, top{};
    double count = 0;                        // 0: not asked
    std::vector<std::string> in_snapshot{};  // what V8's own snapshots call it
};

const std::vector<Leak> kLeaks = {
    {"session 60000", "Session", 60'000, {"object Session"}},
    {"listener 60000", "closure (anonymous) in subscribe (shop.js:31)", 60'000, {"closure "}},
    {"closure 60000", "closure onQuote in makeHandler (shop.js:35)", 60'000, {"closure onQuote"}},
    {"map 300000", "Map storage", 0, {}},
    {"timer 30000", "Timeout", 30'000, {"object Timeout"}},
    {"promise 60000", "Promise", 60'000, {"object Promise"}},
    {"call 30000", "suspended call of fetchQuote (shop.js:42)", 30'000, {}},
    {"buffer 400", "ArrayBuffer", 400, {"object ArrayBuffer", "native system / JSArrayBufferData"}},
    {"array 2000", "Array", 2'000, {}},
};

}  // namespace

TEST_CASE("of nine leaks in a Node program each is the top line", "[node_heap]") {
    for (const test::Node& node : test::nodes()) {
        for (const Leak& leak : kLeaks) {
            CAPTURE(node.path, leak.order);
            Shop shop(node);
            const Json growth = shop.grown_by(leak.order);
            CAPTURE(growth.dump());
            REQUIRE_FALSE(growth.at("types").empty());
            const Json& top = growth.at("types").front();
            CHECK(growth.at("reader") == "Node.js");
            CHECK(top.at("name") == leak.top);
            // Some may be young still, and some of the cache's are old now.
            if (leak.count > 0) CHECK(value(top.at("count")) == Approx(leak.count).epsilon(0.12));
            CHECK(value(top.at("bytes")) > 0.3 * sum_of(growth));
            if (leak.top != "Session") CHECK(value(row(growth, "Session").at("bytes")) < 400'000);
        }
    }
}

TEST_CASE("the share of what leaks in a Node program is the one of its heap snapshots", "[node_heap]") {
    for (const test::Node& node : {test::nodes().front(), test::nodes().back()}) {
        for (const Leak& leak : kLeaks) {
            if (leak.in_snapshot.empty()) continue;
            CAPTURE(node.path, leak.order);
            Shop shop(node);
            shop.tell("lru 30000");
            shop.tell("snapshot " + shop.file("before.heapsnapshot"));
            static_cast<void>(shop.look());
            shop.tell(leak.order);
            shop.tell("snapshot " + shop.file("after.heapsnapshot"));  // nothing is young after it
            const Json growth = shop.look();
            auto told = shop.told_by_snapshots();
            double bytes = 0;
            for (const std::string& name : leak.in_snapshot) bytes += told[name];
            CAPTURE(growth.dump(), told["all"], bytes);
            const double own = row(growth, leak.top).at("own_bytes").get<double>();
            CHECK(own == Approx(bytes).epsilon(0.02));
            CHECK(own / sum_of(growth) == Approx(bytes / told["all"]).margin(0.08));
        }
    }
}

TEST_CASE("what a Node heap is made of comes to what V8 says is used", "[node_heap]") {
    for (const test::Node& node : test::nodes()) {
        CAPTURE(node.path);
        Shop shop(node);
        for (const char* order : {"session 50000", "text 30000", "array 500", "lru 30000"}) shop.tell(order);
        shop.tell("statistics " + shop.file("statistics"));
        const Json heap = shop.look();
        CAPTURE(heap.dump());
        const Json told = Json::parse(std::ifstream(shop.file("statistics")));
        const double used = told.at("used").get<double>() + told.at("outside").get<double>();
        CHECK(sum_of(heap) == Approx(used).epsilon(0.1));
        CHECK(value(row(heap, "Session").at("count")) == Approx(70'000).epsilon(0.01));
        CHECK(value(row(heap, "Map storage").at("bytes")) + value(row(heap, "Map").at("bytes")) >
              20'000 * 24);  // with the Map, where it is sure whose it is
    }
}

TEST_CASE("a full cache of a Node program and what it makes and drops do not grow", "[node_heap]") {
    for (const test::Node& node : test::nodes()) {
        CAPTURE(node.path);
        Shop shop(node);
        for (const char* order : {"lru 60000", "session 20000", "churn 200000"}) shop.tell(order);
        static_cast<void>(shop.look());
        for (const char* order : {"lru 60000", "churn 200000"}) shop.tell(order);
        const Json growth = shop.look();
        CAPTURE(growth.dump());
        CHECK(sum_of(growth) < 1'000'000);  // some of it was young before
    }
}

TEST_CASE("the variable is told in which a leaking Node program keeps its objects", "[node_heap]") {
    int told = 0;
    const auto check = [&](const Json& heap, const std::string& wanted) {
        CAPTURE(heap.dump());
        const std::string holder = holder_of(row(heap, "Session"));
        CHECK((holder.empty() || holder == wanted));  // where a stale copy is left it is not sure
        told += holder == wanted ? 1 : 0;
    };
    const auto nodes = test::nodes();
    for (const test::Node& node : nodes) {
        CAPTURE(node.path);
        {
            Shop shop(node);
            shop.tell("session 1000");
            static_cast<void>(shop.look());
            shop.tell("session 60000");
            shop.tell("churn 1000");  // what the order itself had in its hands is let go
            check(shop.look(), "the array kept");
        }
        Shop shop(node);
        for (const char* order : {"lru 20000", "churn 1000"}) shop.tell(order);
        check(shop.look(), "the Map cache");
    }
    CHECK(told >= static_cast<int>(nodes.size()));  // half of them
}
