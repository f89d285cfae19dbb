// SPDX-License-Identifier: MIT
#include "core/probe/listening.h"

#include <unistd.h>

#include "tests/canned_server.h"
#include "tests/catch.h"

using namespace rampwatch;
using probe::parse_listeners;

namespace {

// cat /proc/net/tcp, /proc/net/tcp6: a listener on 127.0.0.1, one on all addresses, a connection; then ::1
// and ::.
const char* const kTcp =
    R"(  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 81234 1 0000000000000000 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2017 1 0000000000000000 100 0 0 10 0
   2: 0100007F:1F90 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 81240 1 0000000000000000 20 4 30 10 -1
)";
const char* const kTcp6 =
    R"(  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:17AC 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 91 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000000000000:1FF4 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 92 1 0000000000000000 100 0 0 10 0
)";

}  // namespace

TEST_CASE("listening sockets are told from connections, loopback from the rest", "[probe]") {
    const auto v4 = parse_listeners(kTcp);
    REQUIRE(v4.size() == 2);
    CHECK(v4[0] == probe::Listener{"127.0.0.1", 8080, true, 81234});
    CHECK(v4[1] == probe::Listener{"0.0.0.0", 22, false, 2017});
    const auto v6 = parse_listeners(kTcp6);
    REQUIRE(v6.size() == 2);
    CHECK(v6[0] == probe::Listener{"[::1]", 6060, true, 91});
    CHECK_FALSE(v6[1].loopback);
    CHECK(parse_listeners("").empty());
    CHECK(parse_listeners("0: zz:1 zz:2 0A 3 4 5 6 7 8 9\n").empty());
}

TEST_CASE("the sockets on which a process listens are found by its descriptors", "[probe]") {
    const test::CannedServer server({});
    const auto listeners = probe::listeners_of(::getpid());
    REQUIRE(listeners);
    REQUIRE(listeners->size() == 1);
    CHECK("http://127.0.0.1:" + std::to_string((*listeners)[0].port) == server.url());
}
