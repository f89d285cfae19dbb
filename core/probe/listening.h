// SPDX-License-Identifier: MIT
// Where a process itself listens over TCP, by its descriptors and the kernel's table of sockets.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::probe {

struct Listener {
    std::string host{};  // as in a URL: "127.0.0.1", "[::1]", "0.0.0.0"
    std::uint16_t port = 0;
    bool loopback = false;  // reached from this host alone
    std::uint64_t inode = 0;

    friend bool operator==(const Listener&, const Listener&) = default;
};

// "0100007F:1F90" and "...01000000:1F90", as /proc/net/tcp and tcp6 have them: each group of eight digits is
// a word in this machine's order. False for anything else; the inode is left as it is.
bool read_tcp_address(std::string_view text, Listener& into);

// The listening ones of /proc/net/tcp or tcp6, in its order.
std::vector<Listener> parse_listeners(std::string_view table);

// By port, IPv4 first. Errors: no_permission, gone, and unavailable when the process lives in another network
// namespace, whose addresses are not ours.
Result<std::vector<Listener>> listeners_of(pid_t pid);

}  // namespace rampwatch::probe
