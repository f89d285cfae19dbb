// SPDX-License-Identifier: MIT
#include "core/worker/go_profile.h"

#include <unistd.h>

#include <fstream>

#include "tests/canned_server.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using test::http_reply;
using worker::ask_profile;
using worker::pprof_place;

namespace {

std::string capture() {
    std::ifstream file(RAMPWATCH_TESTS_DIR "/captures/pprof/goroutine.pb.gz", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

const std::string kGoroutine = "/debug/pprof/goroutine", kLeaks = "/debug/pprof/goroutineleak";

std::string place_of(const test::CannedServer& server) { return pprof_place(server.url()).value(); }

// False, said once, in a build without libcurl.
bool is_built_in() {
    const auto asked = ask_profile(::getpid(), "http://127.0.0.1:1/", 1s);
    if (asked || asked.error().kind != Error::Kind::unavailable) return true;
    WARN("skipped: " << to_string(asked.error()));
    return false;
}

std::string why(const std::string& reply) {
    const test::CannedServer server({{kGoroutine, reply}}, http_reply(404, "text/plain", "404"));
    const auto asked = ask_profile(::getpid(), place_of(server), 5s);
    return asked ? "no error" : asked.error().what;
}

}  // namespace

TEST_CASE("a place is a URL's folder of profiles, a socket, or auto", "[worker]") {
    CHECK(pprof_place("auto").value() == "auto");
    CHECK(pprof_place("http://127.0.0.1:6060").value() == "http://127.0.0.1:6060/debug/pprof/");
    CHECK(pprof_place("http://[::1]:6060/").value() == "http://[::1]:6060/debug/pprof/");
    CHECK(pprof_place("https://h/debug/pprof").value() == "https://h/debug/pprof/");
    CHECK(pprof_place("http://h/x/goroutine?debug=2").value() == "http://h/x/");
    CHECK(pprof_place("unix:/run/shop.sock").value() == "unix:/run/shop.sock");
    for (const char* bad : {"", "6060", "ftp://h/", "http://", "http:///x", "unix:shop.sock", "http://h/\n",
                            "http://user:secret@h/", "file:///etc/passwd"}) {
        INFO(bad);
        CHECK_FALSE(pprof_place(bad));
    }
}

TEST_CASE("the program's own profile becomes a dump, what it calls leaked with it", "[worker]") {
    if (!is_built_in()) return;
    const test::CannedServer server({{kGoroutine, http_reply(200, "application/octet-stream", capture())},
                                     {kLeaks, http_reply(200, "application/octet-stream", capture())}});
    const auto dump = ask_profile(::getpid(), place_of(server), 10s);
    REQUIRE(dump);
    REQUIRE(dump->go);
    CHECK(dump->go->source == server.url() + "/debug/pprof/");
    CHECK(dump->go->goroutines == 304);
    CHECK(dump->go->leaked == 304);
    REQUIRE_FALSE(dump->groups.empty());
    CHECK(dump->groups[0].leaked == 300);
    REQUIRE(dump->warnings.size() == 1);  // the profile names its program
    CHECK(dump->warnings[0].find("The profile is of served") == 0);
}

TEST_CASE("a runtime without a leak profile says nothing of leaks", "[worker]") {
    if (!is_built_in()) return;
    const test::CannedServer server({{kGoroutine, http_reply(200, "x/y", capture())}},
                                    http_reply(404, "text/plain", "Unknown profile\n"));
    const auto dump = ask_profile(::getpid(), place_of(server), 10s);
    REQUIRE(dump);
    CHECK_FALSE(dump->go->leaked);
    CHECK_FALSE(dump->groups[0].leaked);
}

TEST_CASE("what is no profile is named for what it is", "[worker]") {
    if (!is_built_in()) return;
    CHECK(why(http_reply(404, "text/html", "<h1>Not found</h1>")) == "HTTP 404: there is no such profile");
    CHECK(why(http_reply(200, "text/html", "<h1>Welcome</h1>")) == "a web page, not a profile");
    CHECK(why(http_reply(200, "text/plain", "goroutine profile: total 4")) == "not a profile");
    CHECK(why(http_reply(302, "x/y", "", "Location: /login\r\n")) ==
          "HTTP 302: it leads elsewhere, and is not followed");
    CHECK(why(http_reply(403, "x/y", "")) == "HTTP 403: it asks for a login");
    CHECK(why(http_reply(500, "x/y", "")) == "HTTP 500");
    CHECK(why("") == "no whole answer within 5 s");
    const auto refused = ask_profile(::getpid(), "http://127.0.0.1:1/debug/pprof/", 1s);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == "http://127.0.0.1:1/debug/pprof/");
}

TEST_CASE("auto asks where the process itself listens, for this host alone", "[worker]") {
    if (!is_built_in()) return;
    const test::CannedServer deaf({}, http_reply(404, "text/plain", "no"));
    const test::CannedServer server({{kGoroutine, http_reply(200, "x/y", capture())}},
                                    http_reply(404, "text/plain", "no"));
    const auto dump = ask_profile(::getpid(), "auto", 10s);
    REQUIRE(dump);
    CHECK(dump->go->source == server.url() + "/debug/pprof/");
    const auto other = ask_profile(1, "auto", 10s);
    CHECK_FALSE(other);
}
