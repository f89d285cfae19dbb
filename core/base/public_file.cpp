// SPDX-License-Identifier: MIT
#include "core/base/public_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/fd.h"
#include "core/base/text.h"

namespace rampwatch {

Result<void> write_public(const std::string& path, std::string_view text) {
    const std::string beside = path + ".part";
    const auto trouble = [&](const char* what) {
        return Error{
            Error::Kind::io, fmt::format("{}: {}", what, std::strerror(errno)), escape(path, 256), {}};
    };
    ::unlink(beside.c_str());
    const Fd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file) return trouble("cannot be created");
    const bool readable = ::fchmod(file.get(), 0644) == 0;
    const auto wrote = ::write(file.get(), text.data(), text.size());
    if (readable && wrote == static_cast<ssize_t>(text.size()) && ::rename(beside.c_str(), path.c_str()) == 0)
        return {};
    const Error error = trouble("cannot be written");
    ::unlink(beside.c_str());
    return error;
}

}  // namespace rampwatch
