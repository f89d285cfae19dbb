// SPDX-License-Identifier: MIT
#include "core/base/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/fd.h"
#include "core/base/text.h"

namespace rampwatch {
namespace {

Error file_error(int number, const std::string& path) {
    Error error{Error::Kind::io, std::strerror(number), escape(path)};
    if (number == ENOENT || number == ENOTDIR) error.kind = Error::Kind::not_found;
    if (number == EACCES || number == EPERM) error.kind = Error::Kind::no_permission;
    if (number == ESRCH) error.kind = Error::Kind::gone;
    return error;
}

}  // namespace

Result<std::string> read_file(int directory, const std::string& path, std::size_t most) {
    const Fd fd(::openat(directory, path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return file_error(errno, path);
    std::string text;
    std::array<char, 4096> chunk;
    while (text.size() < most) {
        const ssize_t got = ::read(fd.get(), chunk.data(), std::min(chunk.size(), most - text.size()));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return file_error(errno, path);
        if (got == 0) break;
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return text;
}

Result<std::string> read_file(const std::string& path, std::size_t most) {
    return read_file(AT_FDCWD, path, most);
}

Result<std::string> read_link(int directory, const std::string& path) {
    std::array<char, 4097> target;
    const ssize_t size = ::readlinkat(directory, path.c_str(), target.data(), target.size());
    if (size < 0) return file_error(errno, path);
    return std::string(target.data(), static_cast<std::size_t>(size));
}

}  // namespace rampwatch
