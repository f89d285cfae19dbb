// SPDX-License-Identifier: MIT
#include "core/store/history_place.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/base/file.h"
#include "core/base/text.h"

namespace rampwatch::store {
namespace {

constexpr std::size_t kLongestName = 100;  // bytes of a target in a file name
constexpr std::string_view kEnding = ".db";

Error failed(const std::string& path, const char* what) {
    const auto kind =
        errno == EACCES || errno == EPERM || errno == EROFS ? Error::Kind::no_permission : Error::Kind::io;
    return {kind, fmt::format("{}: {}", what, std::strerror(errno)), escape(path, 256), {}};
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '@' || c == '+';
}

std::string file_name(std::string_view target) {
    std::string name;
    for (const char c : target.substr(0, kLongestName)) {
        if (is_plain(c) && !(name.empty() && c == '.')) {
            name += c;
        } else {
            name += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return name.empty() ? "%" : name;
}

int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string target_of(std::string_view name) {
    std::string target;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '%' && i + 2 < name.size() && hex(name[i + 1]) >= 0 && hex(name[i + 2]) >= 0) {
            target += static_cast<char>(hex(name[i + 1]) * 16 + hex(name[i + 2]));
            i += 2;
        } else if (name[i] != '%') {
            target += name[i];
        }
    }
    return target;
}

std::string lock_path(const std::string& directory, std::string_view target) {
    return directory + "/" + file_name(target) + ".lock";
}

struct flock whole_file(short type) {
    struct flock lock {};
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    return lock;
}

Result<void> make_directory(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    if (errno != ENOENT) return failed(path, "cannot be made");
    const auto slash = path.find_last_of('/');
    if (slash == std::string::npos || slash == 0) return failed(path, "cannot be made");
    if (auto above = make_directory(path.substr(0, slash)); !above) return above;
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
    return failed(path, "cannot be made");
}

}  // namespace

Result<std::string> default_history_directory(const Environment& get, bool is_root) {
    const auto value = [&](const char* name) {
        const char* text = get(name);
        return std::string_view(text == nullptr ? "" : text);
    };
    if (const auto units = value("STATE_DIRECTORY"); !units.empty())
        return std::string(units.substr(0, units.find(':')));
    if (is_root) return std::string("/var/lib/rampwatch");
    if (const auto xdg = value("XDG_STATE_HOME"); xdg.starts_with('/'))
        return std::string(xdg) + "/rampwatch";
    if (const auto home = value("HOME"); home.starts_with('/'))
        return std::string(home) + "/.local/state/rampwatch";
    return Error{Error::Kind::not_found,
                 "no place for a history: neither STATE_DIRECTORY, XDG_STATE_HOME nor HOME is set",
                 {},
                 "--history-dir DIR"};
}

Result<void> make_place(const HistoryPlace& place) {
    if (auto made = make_directory(place.directory); !made) return made;
    struct stat found {};
    if (::stat(place.directory.c_str(), &found) != 0) return failed(place.directory, "cannot be looked at");
    if (!S_ISDIR(found.st_mode))
        return Error{Error::Kind::bad_input, "not a directory", escape(place.directory, 256), {}};
    if (place.group && (found.st_gid != *place.group || (found.st_mode & 0070) != 0050)) {
        if (::chown(place.directory.c_str(), static_cast<uid_t>(-1), *place.group) != 0 ||
            ::chmod(place.directory.c_str(), 02750) != 0)
            return failed(place.directory, "cannot be given to the group");
    }
    return {};
}

Result<std::uint32_t> group_number(const std::string& word) {
    if (const auto number = parse_count(word); number && *number < UINT32_MAX)
        return static_cast<std::uint32_t>(*number);
    const auto text = read_file("/etc/group", 1U << 20);
    if (!text) return text.error();
    for (const std::string_view line : split(*text, '\n')) {
        const auto fields = split(line, ':');
        if (fields.size() < 3 || fields[0] != word) continue;
        if (const auto number = parse_count(fields[2]); number && *number < UINT32_MAX)
            return static_cast<std::uint32_t>(*number);
    }
    return Error{Error::Kind::not_found, "no such group: " + escape(word, 64), "/etc/group", {}};
}

std::string history_path(const std::string& directory, std::string_view target) {
    return directory + "/" + file_name(target) + std::string(kEnding);
}

Result<std::vector<std::string>> targets_in(const std::string& directory) {
    std::vector<std::string> targets;
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(directory.c_str()), ::closedir);
    if (!entries) {
        if (errno == ENOENT) return targets;
        return failed(directory, "cannot be read");
    }
    while (const dirent* entry = ::readdir(entries.get())) {
        std::string_view name = entry->d_name;
        if (!name.ends_with(kEnding) || name.starts_with('.')) continue;
        name.remove_suffix(kEnding.size());
        const std::string target = target_of(name);
        if (file_name(target) == name) targets.push_back(target);
    }
    std::sort(targets.begin(), targets.end());
    return targets;
}

Result<std::string> find_target(const std::string& directory, const std::string& name) {
    constexpr std::size_t kMostNamed = 8;
    const auto targets = targets_in(directory);
    if (!targets) return targets.error();
    for (const std::string& wanted : {name, name + ".service"}) {
        if (std::find(targets->begin(), targets->end(), wanted) != targets->end()) return wanted;
    }
    std::string hint = targets->empty() ? "there is none yet: watch --history makes one" : "there are: ";
    for (std::size_t at = 0; at < std::min(targets->size(), kMostNamed); ++at)
        hint += (at == 0 ? "" : ", ") + escape((*targets)[at], 64);
    if (targets->size() > kMostNamed) hint += fmt::format(" and {} more", targets->size() - kMostNamed);
    return Error{Error::Kind::not_found, "no history of " + escape(name, 64), escape(directory, 256), hint};
}

TargetLock::~TargetLock() {
    struct flock none = whole_file(F_UNLCK);
    if (fd_) ::fcntl(fd_.get(), F_OFD_SETLK, &none);
}

Result<TargetLock> lock_target(const HistoryPlace& place, std::string_view target) {
    const std::string path = lock_path(place.directory, target);
    const mode_t mode = place.group ? 0640 : 0600;
    Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!fd) return failed(path, "cannot be opened");
    if (place.group &&
        (::fchown(fd.get(), static_cast<uid_t>(-1), *place.group) != 0 || ::fchmod(fd.get(), mode) != 0))
        return failed(path, "cannot be given to the group");
    struct flock lock = whole_file(F_WRLCK);
    if (::fcntl(fd.get(), F_OFD_SETLK, &lock) == 0) return TargetLock(std::move(fd));
    if (errno != EAGAIN && errno != EACCES) return failed(path, "cannot be locked");
    return Error{Error::Kind::timed_out, fmt::format("another rampwatch records {}", escape(target, 64)),
                 escape(place.directory, 256), "--history-name NAME records under another name"};
}

bool is_written(const std::string& directory, std::string_view target) {
    const Fd fd(::open(lock_path(directory, target).c_str(), O_RDONLY | O_CLOEXEC));
    struct flock lock = whole_file(F_RDLCK);
    return fd && ::fcntl(fd.get(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace rampwatch::store
