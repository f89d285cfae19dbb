// SPDX-License-Identifier: MIT
#include "core/probe/maps.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>

#include "core/base/text.h"
#include "core/probe/errno_error.h"

namespace rampwatch::probe {

namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr std::string_view kDeleted = " (deleted)";

// Takes digits of `base` off the front of `text`, and one character `after` behind them ('\0': none).
bool cut_number(std::string_view& text, int base, char after, std::uint64_t& value) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (problem != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (after == '\0') return true;
    if (text.empty() || text.front() != after) return false;
    text.remove_prefix(1);
    return true;
}

// The kernel writes a newline in a path as \012.
std::string unescaped(std::string_view path) {
    constexpr std::string_view kNewline = "\\012";
    std::string plain;
    for (auto at = path.find(kNewline); at != std::string_view::npos; at = path.find(kNewline)) {
        plain += path.substr(0, at);
        plain += '\n';
        path.remove_prefix(at + kNewline.size());
    }
    return plain += path;
}

Result<std::string> read_text(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return errno_error(errno == ENOENT ? ESRCH : errno, path);
    std::string text;
    std::array<char, 65536> part;
    while (text.size() < kMostBytes) {
        const ssize_t got = ::read(file.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno_error(errno, path);
        if (got == 0) break;
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    return text;
}

Result<ModuleFile> regular(Fd file, const std::string& where) {
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) return errno_error(errno, where);
    if (!S_ISREG(facts.st_mode)) return Error{Error::Kind::not_found, "not a regular file", where, ""};
    ModuleFile module;
    module.fd = std::move(file);
    module.size_bytes = facts.st_size;
    module.device = facts.st_dev;
    module.inode = facts.st_ino;
    module.changed_ns = facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec;
    return module;
}

// `path` below /proc/TID/root, links and ".." kept inside it. On kernels before 5.6 a link is refused.
Fd open_in_root(pid_t tid, const std::string& path) {
    const std::string root_path = fmt::format("/proc/{}/root", tid);
    const Fd root(::open(root_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root) return {};
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    const long got = ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how);
    if (got >= 0 || (errno != ENOSYS && errno != EPERM)) return Fd(static_cast<int>(got));
    return Fd(::open((root_path + path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW));
}

std::string link_of(const std::string& path) {
    std::array<char, 4096> text;
    const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
    return length <= 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

bool same_file(const ModuleFile& file, const Mapping& mapping) {
    return file.inode == mapping.inode && major(file.device) == mapping.device_major &&
           minor(file.device) == mapping.device_minor;
}

}  // namespace

std::optional<Mapping> parse_mapping(std::string_view line) {
    Mapping mapping;
    std::uint64_t major = 0, minor = 0;
    if (!cut_number(line, 16, '-', mapping.start) || !cut_number(line, 16, ' ', mapping.end))
        return std::nullopt;
    if (mapping.end <= mapping.start || line.size() < 5) return std::nullopt;
    mapping.readable = line[0] == 'r';
    mapping.writable = line[1] == 'w';
    mapping.executable = line[2] == 'x';
    mapping.shared = line[3] == 's';
    line.remove_prefix(5);
    if (!cut_number(line, 16, ' ', mapping.offset)) return std::nullopt;
    if (!cut_number(line, 16, ':', major) || !cut_number(line, 16, ' ', minor)) return std::nullopt;
    if (!cut_number(line, 10, '\0', mapping.inode)) return std::nullopt;
    mapping.device_major = static_cast<std::uint32_t>(major);
    mapping.device_minor = static_cast<std::uint32_t>(minor);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    mapping.deleted = mapping.inode != 0 && line.ends_with(kDeleted);
    if (mapping.deleted) line.remove_suffix(kDeleted.size());
    mapping.path = unescaped(line);
    return mapping;
}

Maps parse_maps(std::string_view text) {
    Maps maps;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (maps.mappings.size() >= kMostMappings) {
            maps.truncated = true;
            break;
        }
        if (auto mapping = parse_mapping(text.substr(0, end)))
            maps.mappings.push_back(std::move(*mapping));
        else
            ++maps.skipped;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return maps;
}

Result<Maps> read_maps(pid_t tid) {
    const auto text = read_text(fmt::format("/proc/{}/maps", tid));
    if (!text) return text.error();
    Maps maps = parse_maps(*text);
    maps.truncated = maps.truncated || text->size() >= kMostBytes;
    return maps;
}

const Mapping* find(const Maps& maps, std::uint64_t address) {
    const auto after =
        std::upper_bound(maps.mappings.begin(), maps.mappings.end(), address,
                         [](std::uint64_t wanted, const Mapping& mapping) { return wanted < mapping.end; });
    return after != maps.mappings.end() && after->start <= address ? &*after : nullptr;
}

Result<ModuleFile> open_executable(pid_t tid) {
    const std::string path = fmt::format("/proc/{}/exe", tid);
    Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file) return errno_error(errno, path);
    auto module = regular(std::move(file), path);
    if (module) module->proven = true;
    return module;
}

Result<ModuleFile> open_module(pid_t tid, const Mapping& mapping) {
    const std::string where = escape(mapping.path);
    if (mapping.inode == 0 || !mapping.path.starts_with('/')) {
        return Error{Error::Kind::not_found, "no file is mapped there", where, ""};
    }
    auto executable = open_executable(tid);
    if (executable) {
        const std::string link = link_of(fmt::format("/proc/{}/exe", tid));
        const std::string name = mapping.path + (mapping.deleted ? std::string(kDeleted) : "");
        if (same_file(*executable, mapping) || link == name) return executable;
    }
    if (mapping.deleted) return Error{Error::Kind::not_found, "the file was deleted", where, ""};
    Fd file = open_in_root(tid, mapping.path);
    if (!file) return errno_error(errno, where);
    auto module = regular(std::move(file), where);
    if (module) module->proven = same_file(*module, mapping);
    return module;
}

}  // namespace rampwatch::probe
