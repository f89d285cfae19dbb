// SPDX-License-Identifier: MIT
// What fills the heap of Java programs, and what of it grew: told by `rampwatch heap`, against what the
// program was told to keep and what jcmd counts.
#include <unistd.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/support/javas.h"
#include "tests/support/target.h"

using namespace rampwatch;
using Json = nlohmann::json;

namespace {

class Shop {
  public:
    Shop(const test::Jdk& jdk, const std::vector<std::string>& flags) : shop_(command(jdk, flags)) {}
    ~Shop() { ::unlink(baseline().c_str()); }
    Shop(const Shop&) = delete;
    Shop& operator=(const Shop&) = delete;

    void tell(const std::string& order) { shop_.tell(order); }
    [[nodiscard]] const test::Target& target() const { return shop_.target(); }

    // The first time what there is, then what grew.
    [[nodiscard]] Json look() const {
        const auto outcome =
            test::rampwatch({"heap", "--format", "json", "--baseline", baseline(), target().pid_word()});
        INFO(outcome.out << outcome.err);
        REQUIRE(outcome.status == 0);
        return Json::parse(outcome.out);
    }
    // What grew by this order, beside what stays and what is left of a churn.
    [[nodiscard]] Json grown_by(const std::string& order) {
        for (const char* before : {"session 1000", "cache 50000", "churn 300000", "gc"}) tell(before);
        static_cast<void>(look());
        tell(order);
        tell("churn 300000");
        tell("gc");
        return look();
    }

  private:
    [[nodiscard]] std::string baseline() const { return shop_.fifo() + ".base"; }
    static std::vector<std::string> command(const test::Jdk& jdk, const std::vector<std::string>& flags) {
        const std::string path = test::program("com/acme/Shop.class");
        std::vector<std::string> argv = {jdk.java, "-Xmx600m"};
        argv.insert(argv.end(), flags.begin(), flags.end());
        argv.insert(argv.end(), {"-cp", path.substr(0, path.rfind("/com/acme/")), "com.acme.Shop"});
        return argv;
    }

    test::OrderedTarget shop_;
};

double value(const Json& figure) { return figure.at("value").get<double>(); }

// The row of that name; an empty one where there is none.
Json row(const Json& heap, const std::string& name) {
    for (const Json& type : heap.at("types")) {
        if (type.at("name") == name) return type;
    }
    return {{"name", ""}, {"count", {{"value", 0}}}, {"bytes", {{"value", 0}}}};
}

double count_of(const Json& heap, const std::string& name) { return value(row(heap, name).at("count")); }

// Instances of a class by jcmd, which counts dead ones too and collects nothing.
double told_by_jcmd(const test::Jdk& jdk, pid_t pid, const std::string& name) {
    const std::string jcmd = jdk.java.substr(0, jdk.java.rfind('/')) + "/jcmd";
    const auto printed = test::run_program({jcmd, std::to_string(pid), "GC.class_histogram", "-all"});
    REQUIRE(printed.status == 0);
    std::istringstream lines(printed.out);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string number, klass;
        double count = 0, bytes = 0;
        if (words >> number >> count >> bytes >> klass && klass == name) return count;
    }
    FAIL("jcmd does not tell " << name);
    return 0;
}

struct Leak {
    std::string order{}, top{};
    double count = 0, bytes_each = 0;  // 0: not asked
    std::string held_by{};             // empty: not told
};

void check_top(const Json& growth, const Leak& leak) {
    CAPTURE(growth.dump());
    REQUIRE_FALSE(growth.at("types").empty());
    const Json& top = growth.at("types").front();
    CHECK(top.at("name") == leak.top);
    CHECK(value(top.at("count")) == Approx(leak.count).epsilon(0.05));
    if (leak.bytes_each > 0)
        CHECK(value(top.at("bytes")) / value(top.at("count")) == Approx(leak.bytes_each).epsilon(0.05));
    if (!leak.held_by.empty()) CHECK(top.value("/held_by/name"_json_pointer, "") == leak.held_by);
    CHECK(row(growth, "com.acme.Session").at("name") == (leak.top == "com.acme.Session" ? leak.top : ""));
}

const std::vector<std::string> kDefault = {"-XX:+UseG1GC"};

}  // namespace

TEST_CASE("of eight leaks in a Java program each is the top line", "[java_heap]") {
    const std::vector<Leak> leaks = {
        {"session 60000", "com.acme.Session", 60'000, 248,
         "com.acme.SessionStore.sessions (java.util.HashMap)"},
        {"order 300000", "com.acme.Order", 300'000, 24},
        {"url 200000", "java.lang.String", 200'000, 80, "com.acme.Shop.urls (java.util.ArrayList)"},
        {"report 900", "byte[]", 900, 30'016},
        {"matrix 40000", "int[]", 160'000, 120},
        {"listener 300000", "com.acme.Shop$$Lambda", 300'000, 24,
         "com.acme.EventBus.listeners (java.util.ArrayList)"},
        {"context 60000", "com.acme.Context", 60'000, 160},
        {"basket 100000", "com.acme.Entry", 300'000, 32},
    };
    REQUIRE_FALSE(test::jdks().empty());
    for (const char* collector : {"-XX:+UseG1GC", "-XX:+UseSerialGC"}) {
        for (const Leak& leak : leaks) {
            CAPTURE(collector, leak.order);
            Shop shop(test::jdks().front(), {collector});
            check_top(shop.grown_by(leak.order), leak);
        }
    }
}

TEST_CASE("a leak in a Java program is told whatever the collector and the layout of objects",
          "[java_heap]") {
    const std::vector<std::vector<std::string>> kinds = {
        {"-XX:+UseG1GC"},         {"-XX:+UseParallelGC"},     {"-XX:+UseZGC"},
        {"-XX:+UseShenandoahGC"}, {"-XX:-UseCompressedOops"}, {"-XX:-UseCompressedClassPointers"}};
    for (const test::Jdk& jdk : test::jdks()) {
        for (const auto& flags : kinds) {
            CAPTURE(jdk.java, flags.front());
            Shop shop(jdk, flags);
            const Json growth = shop.grown_by("session 60000");
            check_top(growth, {"session 60000", "com.acme.Session", 60'000, 0});
            const bool vague = flags.front() == "-XX:+UseZGC" || flags.front() == "-XX:+UseShenandoahGC";
            CHECK(growth.at("types").front().value("maybe_dead", false) == vague);
        }
    }
}

TEST_CASE("classes of a Java heap are as many as jcmd counts", "[java_heap]") {
    for (const test::Jdk& jdk : test::jdks()) {
        for (const char* collector : {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseParallelGC"}) {
            CAPTURE(jdk.java, collector);
            Shop shop(jdk, {collector, "-Xshare:off"});  // else some objects lie in a file
            for (const char* order : {"session 30000", "cache 60000", "url 50000", "order 40000", "gc"})
                shop.tell(order);
            const Json heap = shop.look();
            CAPTURE(heap.dump());
            CHECK(heap.at("reader") == "Java");
            for (const char* name :
                 {"com.acme.Session", "com.acme.Entry", "com.acme.Order", "java.lang.String",
                  "java.util.HashMap$Node", "java.util.concurrent.ConcurrentHashMap$Node"}) {
                CAPTURE(name);
                CHECK(count_of(heap, name) ==
                      Approx(told_by_jcmd(jdk, shop.target().pid(), name)).epsilon(0.02));
            }
        }
    }
}

TEST_CASE("a cache that is full, and what is made and dropped, do not grow", "[java_heap]") {
    for (const char* collector : {"-XX:+UseG1GC", "-XX:+UseSerialGC"}) {
        CAPTURE(collector);
        Shop shop(test::jdks().front(), {collector});
        for (const char* order : {"lru 60000", "session 20000", "churn 500000", "gc"}) shop.tell(order);
        static_cast<void>(shop.look());
        for (const char* order : {"lru 300000", "release 5000", "session 5000", "churn 500000", "gc"})
            shop.tell(order);
        const Json growth = shop.look();
        CAPTURE(growth.dump());
        double sum = 0;
        for (const Json& type : growth.at("types")) sum += value(type.at("bytes"));
        CHECK(sum < 400'000);
    }
}

TEST_CASE("a Java heap that is not read is said to be so, by its kind", "[java_heap]") {
    for (const test::Jdk& jdk : test::jdks()) {
        if (jdk.version < 25) continue;
        const Shop shop(jdk, {"-XX:+UseCompactObjectHeaders"});
        const auto told = test::rampwatch({"heap", shop.target().pid_word()});
        INFO(told.out << told.err);
        CHECK(told.out.find("Java: a heap with compact object headers is not read.") != std::string::npos);
        CHECK(told.out.find("GC.class_histogram -all") != std::string::npos);
    }
}
