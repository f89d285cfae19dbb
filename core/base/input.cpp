// SPDX-License-Identifier: MIT
#include "core/base/input.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/fd.h"
#include "core/base/text.h"

namespace rampwatch {
namespace {

Error input_error(int number, const std::string& path) {
    Error error{Error::Kind::io, std::strerror(number), path == "-" ? "standard input" : escape(path)};
    if (number == ENOENT || number == ENOTDIR) error.kind = Error::Kind::not_found;
    if (number == EACCES || number == EPERM) error.kind = Error::Kind::no_permission;
    return error;
}

}  // namespace

Result<std::string> read_input(const std::string& path, std::size_t most) {
    Fd opened;
    if (path != "-") opened = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (path != "-" && !opened) return input_error(errno, path);
    const int fd = opened ? opened.get() : STDIN_FILENO;
    std::string text;
    std::array<char, 65536> chunk;
    while (text.size() < most) {
        const ssize_t got = ::read(fd, chunk.data(), std::min(chunk.size(), most - text.size()));
        if (got > 0) text.append(chunk.data(), static_cast<std::size_t>(got));
        if (got == 0) break;
        if (got > 0 || errno == EINTR) continue;
        if (errno != EAGAIN) return input_error(errno, path);
        pollfd waited{fd, POLLIN, 0};  // whoever opened it made it not wait
        ::poll(&waited, 1, -1);
    }
    return text;
}

}  // namespace rampwatch
