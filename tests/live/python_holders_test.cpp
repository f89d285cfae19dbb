// SPDX-License-Identifier: MIT
// Who holds the objects of a class in real Python programs, on every version here.
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "tests/support/pythons.h"
#include "tests/support/target.h"

using namespace rampwatch;
using Json = nlohmann::json;

namespace {

Json sessions_of(const std::string& python, const std::string& how) {
    const test::Target program({python, test::tests_file("programs/python/keeper.py"), how});
    const auto outcome = test::rampwatch({"heap", "--format", "json", program.pid_word()});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const Json heap = Json::parse(outcome.out);
    for (const Json& type : heap.at("types")) {
        if (type.at("name").get<std::string>() == "Session") return type;
    }
    FAIL("no sessions: " + outcome.out);
    return {};
}

}  // namespace

TEST_CASE("the container that holds a class's objects is named by its attribute", "[python_holders]") {
    const std::vector<std::pair<std::string, std::string>> ways = {
        {"dict", "1 × dict at module attribute __main__.cache"},
        {"list", "1 × list at module attribute __main__.sessions"},
        {"set", "1 × set at module attribute __main__.seen"},
        {"class", "1 × list at class attribute __main__.Registry.all"},
        {"instance", "1 × dict in an attribute of __main__.app"},
        {"member", "objects of User"},
    };
    for (const std::string& python : test::pythons()) {
        for (const auto& [how, name] : ways) {
            CAPTURE(python, how);
            const Json sessions = sessions_of(python, how);
            CAPTURE(sessions.dump());
            CHECK(sessions.at("count").at("value").get<double>() == Approx(40'000).epsilon(0.01));
            REQUIRE(sessions.at("held_by").is_object());
            CHECK(sessions.at("held_by").at("name") == name);
        }
    }
}

TEST_CASE("objects in two lists, or in one that no attribute leads to, are told without a holder",
          "[python_holders]") {
    for (const std::string& python : test::pythons()) {
        for (const std::string& how : std::vector<std::string>{"twice", "local"}) {
            CAPTURE(python, how);
            const Json sessions = sessions_of(python, how);
            CAPTURE(sessions.dump());
            CHECK(sessions.at("held_by").is_null());
        }
    }
}
