// SPDX-License-Identifier: MIT
// What a watch, a look and a comparison of dumps tell of Java services, leaking and healthy.
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/support/javas.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// 12,000 requests a second: 30 MiB/s of garbage, and 6 MiB/s that are kept.
test::Target service(const std::string& what, const std::vector<std::string>& flags, std::size_t which = 0) {
    REQUIRE(test::jdks().size() > which);
    const std::string path = test::program("com/acme/Service.class");
    std::vector<std::string> argv = {test::jdks()[which].java};
    argv.insert(argv.end(), flags.begin(), flags.end());
    argv.insert(argv.end(),
                {"-cp", path.substr(0, path.rfind("/com/acme/")), "com.acme.Service", "12000", what});
    return test::Target(argv);
}

std::vector<std::string> watch_words(const test::Target& target, const char* time) {
    return {"watch", "--patience", "15s", "--interval", "150ms", "--for", time, target.pid_word()};
}

// All of these that were ever in a sample.
std::vector<std::int64_t> values(const std::string& events, const char* column) {
    std::vector<std::int64_t> values;
    std::istringstream lines(events);
    for (std::string line; std::getline(lines, line);) {
        const json event = json::parse(line);
        if (event["event"] == "sample" && event["sample"][column].is_number())
            values.push_back(event["sample"][column]);
    }
    return values;
}

}  // namespace

TEST_CASE("a leak of objects in a Java map is told by their class, as collections leave them",
          "[java_watch]") {
    const test::Target leaker = service("leak", {"-Xmx400m", "-XX:+UseG1GC"});
    auto words = watch_words(leaker, "2m");
    words.insert(words.begin() + 1, "--exit-on-leak");
    const test::Outcome watched = test::rampwatch(words);
    CAPTURE(watched.out, watched.err);
    REQUIRE(watched.status == 1);
    const std::size_t leak = watched.out.find("LEAK");
    REQUIRE(leak != std::string::npos);
    const std::string told = watched.out.substr(leak);
    CHECK(has(told, " x com.acme.UserSession, "));
    CHECK(has(told, "heap of G1: "));
    CHECK(has(told, "Java: what grew in its heap is listed with it, by class"));
    CHECK_FALSE(has(told, "class_histogram"));
}

TEST_CASE("a Java service that fills its heap, and promotes what dies later, leaks nothing", "[java_watch]") {
    const test::Target healthy = service("promote", {"-Xms2g", "-Xmx8g", "-XX:+UseParallelGC"});
    auto words = watch_words(healthy, "50s");
    words.insert(words.begin() + 1, {"--format", "json"});
    const test::Outcome watched = test::rampwatch(words);
    CAPTURE(watched.err);
    CHECK(watched.status == 0);
    CHECK_FALSE(has(watched.out, "\"event\":\"leak\""));
    CHECK(values(watched.out, "java_old_bytes").empty());  // nothing collected it
    CHECK(values(watched.out, "java_young_bytes").back() > 256 << 20);
}

TEST_CASE("a collection of the old generation is one value of its series", "[java_watch]") {
    const test::Target service_of_serial = service("cache", {"-Xmx100m", "-XX:+UseSerialGC"});
    const std::string jcmd = test::jdks().front().java;
    std::thread collects([&] {
        for (int i = 0; i < 2; ++i) {
            std::this_thread::sleep_for(std::chrono::seconds(4));
            static_cast<void>(test::run_program(
                {jcmd.substr(0, jcmd.rfind('/')) + "/jcmd", service_of_serial.pid_word(), "GC.run"}));
        }
    });
    auto words = watch_words(service_of_serial, "10s");
    words.insert(words.begin() + 1, {"--format", "json"});
    const test::Outcome watched = test::rampwatch(words);
    collects.join();
    const auto left = values(watched.out, "java_old_bytes");
    CAPTURE(left.size(), watched.err);
    REQUIRE(left.size() == 2);
    CHECK(left.back() > 20 << 20);
    CHECK(left.back() < 70 << 20);
}

TEST_CASE("two dumps of a Java service are compared by what it says of its heap", "[java_watch]") {
    const test::TempTree tree;
    const test::Target leaker = service("leak", {"-Xmx400m", "-XX:+UseG1GC"});
    const auto dump = [&](const std::string& name) {
        const auto outcome = test::rampwatch({"dump", "--format", "json", leaker.pid_word()});
        REQUIRE(outcome.status == 0);
        std::ofstream(tree.path(name)) << outcome.out;
        return json::parse(outcome.out);
    };
    const json first = dump("first.json");
    std::this_thread::sleep_for(std::chrono::seconds(5));
    const json second = dump("second.json");
    REQUIRE(second["runtimes"].size() == 1);
    const json& heap = second["runtimes"][0]["heap"];
    CHECK(heap["collector"] == "G1");
    CHECK(heap["used_bytes"] > first["runtimes"][0]["heap"]["used_bytes"]);
    CHECK(heap["resident_bytes"] <= heap["committed_bytes"]);
    CHECK(heap["code_bytes"] > 1 << 20);
    CHECK(heap["missing"].is_null());
    const auto diff = test::rampwatch({"diff", tree.path("first.json"), tree.path("second.json")});
    INFO(diff.out << diff.err);
    CHECK(has(diff.out, "heap of G1: "));
}

TEST_CASE("a Java service says what its heap holds, whatever its version, collector and files",
          "[java_watch]") {
    const std::vector<std::vector<std::string>> kinds = {
        {"-XX:+UseG1GC", "-XX:+PerfDisableSharedMem"}, {"-XX:+UseSerialGC"}, {"-XX:+UseZGC"}};
    for (std::size_t which = 0; which < test::jdks().size(); ++which) {
        for (auto flags : kinds) {
            CAPTURE(test::jdks()[which].java, flags.front());
            const bool is_z = flags.front() == "-XX:+UseZGC";
            flags.emplace_back("-Xmx300m");
            const test::Target target = service("cache", flags, which);
            std::this_thread::sleep_for(std::chrono::seconds(3));
            const auto dump = test::rampwatch({"dump", "--format", "json", target.pid_word()});
            CAPTURE(dump.err);
            REQUIRE(dump.status == 0);
            const json heap = json::parse(dump.out)["runtimes"][0]["heap"];
            CAPTURE(heap.dump());
            CHECK(heap["missing"].is_null());
            CHECK(heap["used_bytes"] > 1 << 20);
            CHECK(heap["used_bytes"] <= heap["committed_bytes"]);
            CHECK(heap["max_bytes"] == 300 << 20);
            CHECK(heap["classes_bytes"] > 100'000);
            CHECK(heap["old_used_bytes"].is_null() == is_z);
        }
    }
}

TEST_CASE("a look at a Java service sends nobody to a command that collects", "[java_watch]") {
    const test::Target leaker = service("leak", {"-Xmx400m", "-XX:-UsePerfData"});
    const auto look = test::rampwatch({"look", leaker.pid_word()});
    INFO(look.out << look.err);
    CHECK(has(look.out, " heap --for 10m " + leaker.pid_word()));
    CHECK_FALSE(has(look.out, "GC.class_histogram"));
    CHECK(has(look.out, "-XX:-UsePerfData"));
}
