// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <string>

#include "core/base/http.h"
#include "core/prometheus/metrics.h"
#include "tests/catch.h"

namespace rampwatch::prometheus {
namespace {

bool can_ask() {
    if (!http_is_built_in()) WARN("skipped: no HTTP client in this build");
    return http_is_built_in();
}

HttpAnswer answer_of(const Server& server, const std::string& path) {
    const auto answer = http_get(fmt::format("http://127.0.0.1:{}{}", server.port(), path), {});
    REQUIRE(answer);
    return *answer;
}

std::vector<Family> one_family() { return {{"rampwatch_up", "Seen.", false, {{{}, 1}}}}; }

TEST_CASE("the metrics behind a port are ours alone", "[prometheus]") {
    if (!can_ask()) return;
    const auto server = Server::open("127.0.0.1:0", one_family, [] { return std::string(); });
    REQUIRE(server);

    const HttpAnswer answer = answer_of(**server, "/metrics");

    CHECK(answer.status == 200);
    CHECK(answer.body == "# HELP rampwatch_up Seen.\n# TYPE rampwatch_up gauge\nrampwatch_up 1\n");
    CHECK(answer.content_type.find("version=0.0.4") != std::string::npos);
    CHECK(answer_of(**server, "/other").status == 404);
}

TEST_CASE("health is 200, or 503 with the trouble in words", "[prometheus]") {
    if (!can_ask()) return;
    std::string trouble;
    const auto server = Server::open("127.0.0.1:0", one_family, [&] { return trouble; });
    REQUIRE(server);

    CHECK(answer_of(**server, "/-/healthy").status == 200);

    trouble = "no look was taken";
    const HttpAnswer answer = answer_of(**server, "/-/healthy");
    CHECK(answer.status == 503);
    CHECK(answer.body == "no look was taken\n");
}

TEST_CASE("a port that is taken is refused", "[prometheus]") {
    const auto first = Server::open("127.0.0.1:0", one_family, [] { return std::string(); });
    REQUIRE(first);

    const auto second =
        Server::open(fmt::format("127.0.0.1:{}", (*first)->port()), one_family, [] { return std::string(); });

    CHECK(!second);
}

}  // namespace
}  // namespace rampwatch::prometheus
