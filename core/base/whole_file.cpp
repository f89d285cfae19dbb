// SPDX-License-Identifier: MIT
#include "core/base/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/base/fd.h"
#include "core/base/text.h"

namespace rampwatch {
namespace {

Error failed(const std::string& path, const char* what) {
    return {Error::Kind::io, fmt::format("{}: {}", what, std::strerror(errno)), escape(path, 256), {}};
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t wrote = ::write(fd, text.data(), text.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return true;
}

bool is_special(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode);
}

Result<void> write_special(const std::string& path, std::string_view text) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file) return failed(path, "cannot be opened");
    if (!write_all(file.get(), text)) return failed(path, "cannot be written");
    return {};
}

}  // namespace

Result<void> write_whole(const std::string& path, std::string_view text, mode_t mode) {
    if (is_special(path)) return write_special(path, text);
    const std::string beside = fmt::format("{}.{}.part", path, ::getpid());
    ::unlink(beside.c_str());  // of a process that had our number
    Fd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file) return failed(path, "cannot be created");
    if (write_all(file.get(), text) && ::fsync(file.get()) == 0 &&
        ::rename(beside.c_str(), path.c_str()) == 0)
        return {};
    Error error = failed(path, "cannot be written");
    ::unlink(beside.c_str());
    return error;
}

}  // namespace rampwatch
