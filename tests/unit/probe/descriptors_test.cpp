// SPDX-License-Identifier: MIT
#include "core/probe/descriptors.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::probe;

TEST_CASE("TCP sockets are told by whom they go to, and how they stand", "[probe]") {
    const auto peers = parse_tcp_peers(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1\n"
        "   1: 0100007F:A001 0500000A:1538 08 00000000:00000001 00:00000000 00000000     0        0 200 1\n"
        "   2: 0100007F:0050 0600000A:C001 01 00000000:00000000 00:00000000 00000000     0        0 300 1\n"
        "   3: garbage\n");
    CHECK(peers.size() == 3);
    CHECK(peers.at(100) == "that listen");
    CHECK(peers.at(200) == "to 10.0.0.5:5432 (CLOSE_WAIT)");
    CHECK(peers.at(300) == "to 10.0.0.6");
    CHECK(descriptor_kind("socket:[200]", peers) == "sockets to 10.0.0.5:5432 (CLOSE_WAIT)");
    CHECK(descriptor_kind("socket:[7]", peers) == "sockets of other kinds");
    CHECK(descriptor_kind("socket:[", peers) == "sockets of other kinds");
}

TEST_CASE("descriptors that are alike are of one kind", "[probe]") {
    const auto kind = [](std::string_view link) { return descriptor_kind(link, {}); };
    CHECK(kind("pipe:[12]") == "pipes");
    CHECK(kind("anon_inode:[eventfd]") == "eventfd");
    CHECK(kind("anon_inode:inotify") == "inotify");
    CHECK(kind("/var/log/app.log") == "files in /var/log");
    CHECK(kind("/tmp/x (deleted)") == "deleted files in /tmp");
    CHECK(kind("/memfd:shm (deleted)") == "memfds");
    CHECK(kind("/dev/null") == "/dev/null");
    CHECK(kind("/file") == "files in /");
}
