// SPDX-License-Identifier: MIT
#include "core/probe/descriptors.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/entries.h"
#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/probe/listening.h"

namespace rampwatch::probe {
namespace {

constexpr std::size_t kMostTable = std::size_t{4} << 20;
constexpr std::uint16_t kFirstOwnPort = 32768;  // of ip_local_port_range
constexpr std::string_view kDeleted = " (deleted)";

// As /proc/net/tcp numbers them, from 1 on (include/net/tcp_states.h).
constexpr std::array<std::string_view, 12> kStates = {"",           "ESTABLISHED", "SYN_SENT",  "SYN_RECV",
                                                      "FIN_WAIT1",  "FIN_WAIT2",   "TIME_WAIT", "CLOSE",
                                                      "CLOSE_WAIT", "LAST_ACK",    "LISTEN",    "CLOSING"};
constexpr std::size_t kListens = 10;

std::optional<std::size_t> state_of(std::string_view text) {
    if (text.size() != 2 || text[0] != '0') return std::nullopt;
    const char digit = text[1];
    const auto number = static_cast<std::size_t>(digit >= 'A' ? digit - 'A' + 10 : digit - '0');
    return number > 0 && number < kStates.size() ? std::optional(number) : std::nullopt;
}

// "socket:[4711]" -> 4711.
std::optional<std::uint64_t> inode_in(std::string_view link) {
    const auto from = link.find('[');
    if (from == std::string_view::npos || !link.ends_with(']')) return std::nullopt;
    const auto inode = parse_count(link.substr(from + 1, link.size() - from - 2));
    return inode ? std::optional(static_cast<std::uint64_t>(*inode)) : std::nullopt;
}

std::string of_path(std::string_view path) {
    const bool deleted = path.ends_with(kDeleted);
    if (deleted) path.remove_suffix(kDeleted.size());
    if (path.starts_with("/memfd:")) return "memfds";
    if (path.starts_with("/dev/")) return std::string(path);
    const std::string_view directory = path.substr(0, std::max<std::size_t>(path.rfind('/'), 1));
    return fmt::format("{} in {}", deleted ? "deleted files" : "files", directory);
}

}  // namespace

std::map<std::uint64_t, std::string> parse_tcp_peers(std::string_view table) {
    std::map<std::uint64_t, std::string> peers;
    for (const std::string_view line : split(table, '\n')) {
        std::vector<std::string_view> fields;
        for (const std::string_view field : split(line, ' '))
            if (!field.empty()) fields.push_back(field);
        if (fields.size() < 10) continue;
        const auto state = state_of(fields[3]);
        const auto inode = parse_count(fields[9]);
        Listener peer;
        if (!state || !inode || !read_tcp_address(fields[2], peer)) continue;
        std::string words = "that listen";
        if (*state != kListens) {
            words = "to " + peer.host + (peer.port < kFirstOwnPort ? fmt::format(":{}", peer.port) : "");
            if (*state != 1) words += fmt::format(" ({})", kStates[*state]);
        }
        peers[static_cast<std::uint64_t>(*inode)] = std::move(words);
    }
    return peers;
}

std::string descriptor_kind(std::string_view link, const std::map<std::uint64_t, std::string>& peers) {
    if (link.starts_with('/')) return of_path(link);
    if (link.starts_with("socket:")) {
        const auto inode = inode_in(link);
        const auto peer = inode ? peers.find(*inode) : peers.end();
        return peer == peers.end() ? "sockets of other kinds" : "sockets " + peer->second;
    }
    if (link.starts_with("pipe:")) return "pipes";
    std::string_view kind = link.substr(0, 64);
    if (kind.starts_with("anon_inode:")) kind.remove_prefix(11);
    if (kind.starts_with('[') && kind.ends_with(']')) kind = kind.substr(1, kind.size() - 2);
    return std::string(kind);
}

std::optional<std::vector<DescriptorKind>> descriptor_kinds(int process_directory, std::size_t most) {
    const Fd directory(::openat(process_directory, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return std::nullopt;
    std::map<std::uint64_t, std::string> peers;
    for (const char* name : {"net/tcp", "net/tcp6"}) {
        if (const auto table = read_file(process_directory, name, kMostTable))
            peers.merge(parse_tcp_peers(*table));
    }
    std::map<std::string, std::int64_t> counts;
    std::size_t looked = 0;
    each_entry(directory.get(), [&](const char* entry) {
        if (const auto link = read_link(directory.get(), entry)) ++counts[descriptor_kind(*link, peers)];
        return ++looked < most;
    });
    std::vector<DescriptorKind> kinds;
    for (auto& [name, count] : counts) kinds.push_back({name, count});
    std::ranges::stable_sort(kinds, [](const auto& a, const auto& b) { return a.count > b.count; });
    return kinds;
}

}  // namespace rampwatch::probe
