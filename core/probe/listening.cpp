// SPDX-License-Identifier: MIT
#include "core/probe/listening.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <tuple>

#include "core/base/file.h"
#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

constexpr std::size_t kMostTable = std::size_t{16} << 20;
constexpr std::size_t kMostDescriptors = 1'000'000;
constexpr std::string_view kListens = "0A";  // TCP_LISTEN

std::optional<std::uint32_t> hexadecimal(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// Inodes of the sockets among its descriptors.
Result<std::set<std::uint64_t>> sockets_of(pid_t pid) {
    const std::string path = fmt::format("/proc/{}/fd", pid);
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
    const auto where = fmt::format("PID {}", pid);
    if (!directory && errno == ENOENT) return Error{Error::Kind::gone, "the process has ended", where, {}};
    if (!directory)
        return Error{Error::Kind::no_permission, "no permission to list its file descriptors", where,
                     "as root"};
    std::set<std::uint64_t> sockets;
    std::size_t looked_at = 0;
    while (const dirent* entry = ::readdir(directory.get())) {
        if (++looked_at > kMostDescriptors) break;
        const auto target = read_link(::dirfd(directory.get()), entry->d_name);
        if (!target || !target->starts_with("socket:[") || !target->ends_with("]")) continue;
        const auto inode = parse_count(std::string_view(*target).substr(8, target->size() - 9));
        if (inode) sockets.insert(static_cast<std::uint64_t>(*inode));
    }
    return sockets;
}

}  // namespace

bool read_tcp_address(std::string_view text, Listener& into) {
    const auto colon = text.find(':');
    if (colon != 8 && colon != 32) return false;
    const auto port = hexadecimal(text.substr(colon + 1));
    if (!port || *port > 0xffff) return false;
    into.port = static_cast<std::uint16_t>(*port);
    std::array<std::uint32_t, 4> words{};
    for (std::size_t i = 0; i < colon / 8; ++i) {
        const auto word = hexadecimal(text.substr(8 * i, 8));
        if (!word) return false;
        words[i] = *word;
    }
    std::array<char, INET6_ADDRSTRLEN> shown{};
    const bool is_v6 = colon == 32;
    if (::inet_ntop(is_v6 ? AF_INET6 : AF_INET, words.data(), shown.data(), shown.size()) == nullptr)
        return false;
    const std::string host = shown.data();
    into.loopback = host == "::1" || host.starts_with("127.") || host.starts_with("::ffff:127.");
    into.host = is_v6 ? "[" + host + "]" : host;
    return true;
}

std::vector<Listener> parse_listeners(std::string_view table) {
    std::vector<Listener> found;
    for (const std::string_view line : split(table, '\n')) {
        std::vector<std::string_view> fields;
        for (const std::string_view field : split(line, ' ')) {
            if (!field.empty()) fields.push_back(field);
        }
        if (fields.size() < 10 || fields[3] != kListens) continue;
        Listener listener;
        const auto inode = parse_count(fields[9]);
        if (!inode || !read_tcp_address(fields[1], listener)) continue;
        listener.inode = static_cast<std::uint64_t>(*inode);
        found.push_back(std::move(listener));
    }
    return found;
}

Result<std::vector<Listener>> listeners_of(pid_t pid) {
    const auto sockets = sockets_of(pid);
    if (!sockets) return sockets.error();
    const auto its_net = read_link(AT_FDCWD, fmt::format("/proc/{}/ns/net", pid));
    const auto our_net = read_link(AT_FDCWD, "/proc/self/ns/net");
    if (its_net && our_net && *its_net != *our_net)
        return Error{Error::Kind::unavailable, "it lives in another network namespace",
                     fmt::format("PID {}", pid), fmt::format("nsenter -t {} -n, then the same", pid)};
    std::vector<Listener> found;
    for (const char* name : {"tcp", "tcp6"}) {
        const auto table = read_file(fmt::format("/proc/{}/net/{}", pid, name), kMostTable);
        if (!table) continue;  // no IPv6 here
        for (Listener& listener : parse_listeners(*table)) {
            if (sockets->contains(listener.inode)) found.push_back(std::move(listener));
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Listener& a, const Listener& b) { return a.port < b.port; });
    return found;
}

}  // namespace rampwatch::probe
