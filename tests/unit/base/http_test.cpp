// SPDX-License-Identifier: MIT
#include "core/base/http.h"

#include "tests/canned_server.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using test::http_reply;

namespace {

// False, said once, in a build without libcurl.
bool is_built_in() {
    const auto answer = http_get("http://127.0.0.1:1/", {.timeout = 1s});
    if (answer || answer.error().kind != Error::Kind::unavailable) return true;
    WARN("skipped: " << to_string(answer.error()));
    return false;
}

}  // namespace

TEST_CASE("an answer comes with its status, type and body", "[base]") {
    if (!is_built_in()) return;
    const test::CannedServer server({{"/a", http_reply(404, "text/html", "<p>no")}});
    const auto answer = http_get(server.url() + "/a", {});
    REQUIRE(answer);
    CHECK(answer->status == 404);
    CHECK(answer->content_type == "text/html");
    CHECK(answer->body == "<p>no");
}

TEST_CASE("what is too large, too late, refused or no HTTP is an error of its kind", "[base]") {
    if (!is_built_in()) return;
    const test::CannedServer server({{"/large", http_reply(200, "x/y", std::string(100'000, 'x'))},
                                     {"/odd", "220 mail.example ESMTP\r\n"},
                                     {"/cut", "HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\nabc"}});
    const auto large = http_get(server.url() + "/large", {.most_bytes = 50'000});
    REQUIRE_FALSE(large);
    CHECK(large.error().kind == Error::Kind::bad_input);
    CHECK(large.error().what == "its answer is larger than 48.8 KiB");
    CHECK(http_get(server.url() + "/large", {.most_bytes = 100'000}));
    const auto late = http_get(server.url() + "/held", {.timeout = 50ms});
    REQUIRE_FALSE(late);
    CHECK(late.error().kind == Error::Kind::timed_out);
    for (const char* path : {"/odd", "/cut"}) {
        const auto odd = http_get(server.url() + path, {});
        REQUIRE_FALSE(odd);
        CHECK(odd.error().kind == Error::Kind::io);
    }
    const auto refused = http_get("http://127.0.0.1:1/", {});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == "connection refused: nothing listens there");
    const auto file = http_get("file:///etc/passwd", {});
    REQUIRE_FALSE(file);
    CHECK(file.error().kind == Error::Kind::bad_input);
}

TEST_CASE("a redirect is an answer, and is not followed", "[base]") {
    if (!is_built_in()) return;
    const test::CannedServer other({}, http_reply(200, "x/y", "elsewhere"));
    const test::CannedServer server({}, http_reply(302, "x/y", "", "Location: " + other.url() + "/\r\n"));
    const auto answer = http_get(server.url() + "/", {});
    REQUIRE(answer);
    CHECK(answer->status == 302);
    CHECK(other.asked() == 0);
}

TEST_CASE("a Unix socket is asked by its path", "[base]") {
    if (!is_built_in()) return;
    const test::TempTree folder;
    const std::string path = folder.path() + "/s";
    const test::CannedServer server({}, http_reply(200, "x/y", "here"), path);
    const auto answer = http_get("http://localhost/", {.unix_socket = path});
    REQUIRE(answer);
    CHECK(answer->body == "here");
}
