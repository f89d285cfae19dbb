// SPDX-License-Identifier: MIT
#include "core/store/csv_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/text.h"

namespace rampwatch::store {
namespace {

Error refuse(const std::string& name, std::string what, std::string hint) {
    return {Error::Kind::bad_input, std::move(what), name, std::move(hint)};
}

Error system_error(const std::string& name, std::string_view what, int number) {
    const auto kind = number == EACCES || number == EPERM ? Error::Kind::no_permission : Error::Kind::io;
    return {kind, fmt::format("{}: {}", what, std::strerror(number)), name, {}};
}

}  // namespace

Result<CsvWriter> CsvWriter::create(const std::string& path) {
    const std::string name = escape(path);
    // Not blocking: a pipe without a reader must not hold up a watch; it is refused below.
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    Fd fd(::open(path.c_str(), flags, 0644));
    if (!fd && errno != ENXIO) return system_error(name, "cannot create", errno);
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return refuse(name, "not a regular file", "samples are recorded to a file of their own");
    }
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        return refuse(name, "another rampwatch records there", "choose another name");
    }
    if (::fstat(fd.get(), &status) != 0 || status.st_size > 0) {
        return refuse(name, "not empty", "choose another name, or move it away");
    }
    return CsvWriter(std::move(fd), name);
}

Result<void> CsvWriter::append(const Sample& sample, LifeNumber life) {
    line_ = header_written_ ? std::string() : text_.header();
    line_ += text_.line(sample, life);
    auto written = write_line();
    header_written_ = header_written_ || written.has_value();
    return written;
}

Result<void> CsvWriter::write_line() {
    std::size_t written = 0;
    while (written < line_.size()) {
        const ssize_t now = ::write(fd_.get(), line_.data() + written, line_.size() - written);
        if (now > 0) written += static_cast<std::size_t>(now);
        if (now > 0 || (now < 0 && errno == EINTR)) continue;
        const int number = now < 0 ? errno : ENOSPC;
        struct stat status {};
        if (written > 0 && ::fstat(fd_.get(), &status) == 0) {
            const int cut = ::ftruncate(fd_.get(), status.st_size - static_cast<off_t>(written));
            static_cast<void>(cut);  // then a half line stays, which a reader refuses by its field count
        }
        return system_error(name_, "cannot write", number);
    }
    return {};
}

}  // namespace rampwatch::store
