// SPDX-License-Identifier: MIT
// What fills the heap of real C++ programs, and what of it grew: told by `rampwatch heap`, against what the
// programs know of themselves.
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/probe/maps.h"
#include "core/probe/pagemap.h"
#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using Json = nlohmann::json;

namespace {

class Maker {
  public:
    explicit Maker(const std::string& name = "heap_maker_stripped") : maker_(name) {}
    ~Maker() { ::unlink(baseline().c_str()); }
    [[nodiscard]] const test::Target& target() const { return maker_.target(); }
    void tell(const std::string& order) { maker_.tell(order); }

    // With --baseline: the first time what there is, then what grew.
    [[nodiscard]] Json look(const std::string& sample = "64M") const {
        const auto outcome = test::rampwatch({"heap", "--format", "json", "--heap-sample", sample,
                                              "--baseline", baseline(), target().pid_word()});
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        return Json::parse(outcome.out);
    }

  private:
    [[nodiscard]] std::string baseline() const { return maker_.fifo() + ".base"; }
    test::OrderedTarget maker_;
};

double value(const Json& figure) { return figure.at("value").get<double>(); }

// The row of that name; an empty one where there is none.
Json row(const Json& heap, const std::string& name) {
    for (const Json& type : heap.at("types")) {
        if (type.at("name").get<std::string>().find(name) != std::string::npos) return type;
    }
    return {{"name", ""}, {"kind", ""}, {"count", {{"value", 0}}}, {"bytes", {{"value", 0}}}};
}

double sum(const Json& heap) {
    double bytes = 0;
    for (const Json& type : heap.at("types")) bytes += value(type.at("bytes"));
    return bytes;
}

struct Leak {
    std::string order{}, kind{}, name{};
    double count = 0, bytes_each = 0, share = 0;  // of what is new, at least
};

// What grew by this order, beside a cache that stays and what is left of a churn.
Json grown_by(Maker& maker, const std::string& order) {
    maker.tell("cache 30000");
    maker.tell("churn 60000");
    REQUIRE(value(row(maker.look(), "cache::Entry").at("count")) == Approx(30'000).epsilon(0.02));
    maker.tell(order);
    return maker.look();
}

}  // namespace

TEST_CASE("ten leaks of different make, in a stripped program, are each the top line", "[heap]") {
    const std::vector<Leak> leaks = {
        {"session 20000", "type", "shop::Session", 20'000, 2400, 0.9},
        {"threads 20000", "type", "shop::Session", 20'000, 2400, 0.9},
        {"shared 200000", "type", "shop::Cart (make_shared)", 200'000, 112, 0.75},
        {"array 300000", "array", "shop::Cart", 300'000, 88, 0.9},
        {"order 150000", "type", "shop::Order", 150'000, 160, 0.9},
        {"text 200000", "text", "text", 200'000, 176, 0.7},
        {"plain 200000", "chunk", "144 B", 200'000, 144, 0.85},
        {"ops 60000", "chunk", "336 B", 60'000, 336, 0.9},
        {"buffer 120", "buffer", "large buffers", 0, 0, 0.9},
        {"cache 40000", "type", "cache::Entry", 40'000, 1008, 0.9},
    };
    for (const Leak& leak : leaks) {
        CAPTURE(leak.order);
        Maker maker;
        const Json growth = grown_by(maker, leak.order);
        CAPTURE(growth.dump());
        REQUIRE_FALSE(growth.at("types").empty());
        const Json& top = growth.at("types").front();
        CHECK(top.at("kind") == leak.kind);
        CHECK(top.at("name").get<std::string>().find(leak.name) != std::string::npos);
        CHECK(value(top.at("bytes")) / sum(growth) >= leak.share);
        if (leak.count == 0) continue;
        CHECK(value(top.at("count")) == Approx(leak.count).epsilon(0.1));
        CHECK(value(top.at("bytes")) / value(top.at("count")) == Approx(leak.bytes_each).epsilon(0.05));
        if (leak.name != "cache::Entry") CHECK(row(growth, "cache::Entry").at("name") == "");
    }
}

TEST_CASE("callbacks are named where there are symbols, a table of operations too", "[heap]") {
    Maker maker("heap_maker");
    maker.tell("cache 1000");
    static_cast<void>(maker.look());
    maker.tell("callback 300000");
    maker.tell("ops 40000");
    const Json growth = maker.look();
    CAPTURE(growth.dump());
    const Json callbacks = row(growth, "callbacks to ");
    CHECK(callbacks.at("name").get<std::string>().find("lambda") != std::string::npos);
    CHECK(value(callbacks.at("count")) == Approx(300'000).epsilon(0.1));
    CHECK(row(growth, "336 B").at("hint") == "default_tls_ops at +8");
}

TEST_CASE("without type information a class is told by the place of its vtable", "[heap]") {
    Maker maker("heap_maker_unnamed");
    maker.tell("cache 1000");
    static_cast<void>(maker.look());
    maker.tell("session 20000");
    const Json growth = maker.look();
    CAPTURE(growth.dump());
    const Json& top = growth.at("types").front();
    CHECK(top.at("name").get<std::string>().starts_with("vtable at heap_maker_unnamed+0x"));
    CHECK(value(top.at("count")) == Approx(20'000).epsilon(0.05));
}

TEST_CASE("a leak that fills free memory is told while the memory in RAM stays as it is", "[heap]") {
    Maker maker;
    maker.tell("churn 400000");
    static_cast<void>(maker.look());
    maker.tell("plain 100000");
    const Json growth = maker.look();
    CAPTURE(growth.dump());
    const double grown =
        growth.at("resident_bytes").get<double>() - growth.at("resident_bytes_before").get<double>();
    CHECK(grown < 6e6);
    CHECK(value(row(growth, "144 B").at("count")) == Approx(100'000).epsilon(0.2));
    CHECK(value(growth.at("free_bytes")) < -5e6);
}

TEST_CASE("memory that was freed is told as free, not as objects", "[heap]") {
    Maker maker;
    maker.tell("session 20000");
    maker.tell("release 19000");
    maker.tell("cache 100");
    const Json heap = maker.look();
    CAPTURE(heap.dump());
    CHECK(value(row(heap, "shop::Session").at("count")) == Approx(1000).epsilon(0.05));
    CHECK(value(heap.at("free_bytes")) > 30e6);
}

TEST_CASE("a look adds no page to a program that rests", "[heap]") {
    Maker maker;
    maker.tell("session 5000");
    maker.tell("release 4500");
    const pid_t pid = maker.target().pid();
    const auto present = [pid] {
        const auto maps = probe::read_maps(pid);
        const auto pagemap = probe::LivePagemap::open(pid);
        REQUIRE((maps && pagemap));
        probe::Resident resident;
        for (const auto& mapping : maps->mappings)
            static_cast<void>(
                pagemap->add({mapping.start, mapping.end - mapping.start}, resident).has_value());
        return resident.pages;
    };
    const auto before = present();
    for (int i = 0; i < 3; ++i) static_cast<void>(maker.look());
    CHECK(present() == before);
}

TEST_CASE("the text for people names the class, and shows nothing of what memory holds", "[heap]") {
    Maker maker;
    maker.tell("session 3000");
    maker.tell("text 3000");
    const auto outcome = test::rampwatch({"heap", maker.target().pid_word()});
    CAPTURE(outcome.out);
    CHECK(outcome.status == 0);
    CHECK(outcome.out.find("3,000 x shop::Session") != std::string::npos);
    CHECK(outcome.out.find("token-") == std::string::npos);
    CHECK(outcome.out.find("GET /api") == std::string::npos);
    std::size_t begin = 0;
    for (std::size_t end = outcome.out.find('\n'); end != std::string::npos;
         end = outcome.out.find('\n', begin)) {
        CHECK(end - begin <= 80);
        begin = end + 1;
    }
}

TEST_CASE("a baseline of another process is refused, a damaged one too", "[heap]") {
    const std::string file = "/tmp/rampwatch-heap-other." + std::to_string(::getpid());
    ::unlink(file.c_str());
    {
        Maker maker;
        CHECK(test::rampwatch({"heap", "--baseline", file, maker.target().pid_word()}).status == 0);
    }
    struct stat facts {};
    REQUIRE(::stat(file.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    Maker other;
    const auto refused = test::rampwatch({"heap", "--baseline", file, other.target().pid_word()});
    CHECK(refused.status == 2);
    CHECK(refused.err.find("of another process") != std::string::npos);
    std::ofstream(file) << "nonsense";
    CHECK(test::rampwatch({"heap", "--baseline", file, other.target().pid_word()}).status == 2);
    ::unlink(file.c_str());
}

TEST_CASE("a program that does not use glibc's malloc, or is gone, is refused with the reason", "[heap]") {
    CHECK(test::rampwatch({"heap", "--heap-sample", "1K", "1"}).err.find("--heap-sample") !=
          std::string::npos);
    CHECK(test::rampwatch({"heap", "999999999"}).status == 2);
}
