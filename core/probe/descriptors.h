// SPDX-License-Identifier: MIT
// What a process's descriptors are: sockets and to whom, files and where, pipes, eventfds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/look.h"

namespace rampwatch::probe {

// Of each TCP socket in a /proc/PID/net/tcp or tcp6, by its inode: "to 10.0.0.5:5432 (CLOSE_WAIT)", or
// "that listen". A port from 32768 on is somebody's own, and is left out. Lines that are not understood are
// passed over.
std::map<std::uint64_t, std::string> parse_tcp_peers(std::string_view table);

// What a descriptor is, by where its link in /proc/PID/fd points to: "sockets to 10.0.0.5:5432 (CLOSE_WAIT)",
// "pipes", "eventfd", "files in /var/log", "deleted files in /tmp". Not escaped.
std::string descriptor_kind(std::string_view link, const std::map<std::uint64_t, std::string>& peers);

// Most first; of at most `most` descriptors. Empty where they may not be read. About 2 us a descriptor.
std::optional<std::vector<DescriptorKind>> descriptor_kinds(int process_directory, std::size_t most);

}  // namespace rampwatch::probe
