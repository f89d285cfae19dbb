// SPDX-License-Identifier: MIT
// Who holds the objects of a class in real C++ programs, each of which keeps them in another way.
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;
using Json = nlohmann::json;

namespace {

Json sessions_of(const std::string& how, const std::string& sample = "64M") {
    const test::Target program({test::program("heap_keeper"), how});
    const auto outcome =
        test::rampwatch({"heap", "--format", "json", "--heap-sample", sample, program.pid_word()});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const Json heap = Json::parse(outcome.out);
    for (const Json& type : heap.at("types")) {
        if (type.at("name").get<std::string>() == "shop::Session") return type;
    }
    FAIL("no sessions: " + outcome.out);
    return {};
}

}  // namespace

TEST_CASE("the static variable, or the field, that holds the objects of a class is named", "[heap_holders]") {
    const std::vector<std::pair<std::string, std::string>> ways = {
        {"tree", "static variable tree"}, {"hash", "static variable hash"},
        {"list", "static variable list"}, {"array", "static variable array"},
        {"many", "static variable many"}, {"field", "shop::Store at +16 (static variable store)"},
        {"member", "shop::User at +16"},
    };
    for (const auto& [how, name] : ways) {
        CAPTURE(how);
        const Json sessions = sessions_of(how);
        CAPTURE(sessions.dump());
        CHECK(sessions.at("count").at("value").get<double>() == Approx(40'000).epsilon(0.01));
        REQUIRE(sessions.at("held_by").is_object());
        CHECK(sessions.at("held_by").at("name") == name);
        CHECK(sessions.at("held_by").at("share").get<double>() >= 0.8);
        CHECK(sessions.at("held_by").at("pointers").get<long>() >= 20);
    }
}

TEST_CASE("a list of stale pointers is never said to hold what lies there now", "[heap_holders]") {
    for (const std::string& how :
         std::vector<std::string>{"stale", "stale_chain", "chain", "local", "twice"}) {
        CAPTURE(how);
        const Json sessions = sessions_of(how);
        CAPTURE(sessions.dump());
        CHECK(sessions.at("held_by").is_null());
    }
}

TEST_CASE("a holder is named from a third of the heap as from all of it", "[heap_holders]") {
    for (const std::string& how : std::vector<std::string>{"tree", "hash", "array", "member"}) {
        CAPTURE(how);
        const Json sessions = sessions_of(how, "2M");
        CAPTURE(sessions.dump());
        REQUIRE(sessions.at("held_by").is_object());
        CHECK(sessions.at("held_by").at("name").get<std::string>().find(how == "member" ? "User" : how) !=
              std::string::npos);
    }
}
