// SPDX-License-Identifier: MIT
#include "core/base/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

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

}  // namespace

Result<WholeFile> WholeFile::create(const std::string& path, mode_t mode) {
    if (is_special(path)) {
        Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!file) return failed(path, "cannot be opened");
        return WholeFile(std::move(file), path, {});
    }
    std::string beside = fmt::format("{}.{}.part", path, ::getpid());
    ::unlink(beside.c_str());  // of a process that had our number
    Fd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file) return failed(path, "cannot be created");
    return WholeFile(std::move(file), path, std::move(beside));
}

WholeFile::WholeFile(WholeFile&& from) noexcept
    : file_(std::move(from.file_)),
      path_(std::move(from.path_)),
      beside_(std::exchange(from.beside_, std::string())) {}

WholeFile::~WholeFile() {
    if (!beside_.empty()) ::unlink(beside_.c_str());
}

Result<void> WholeFile::write(std::string_view text) {
    if (!write_all(file_.get(), text)) return failed(path_, "cannot be written");
    return {};
}

Result<void> WholeFile::commit() {
    if (beside_.empty()) return {};
    if (::fsync(file_.get()) != 0 || ::rename(beside_.c_str(), path_.c_str()) != 0)
        return failed(path_, "cannot be written");
    beside_.clear();
    return {};
}

Result<void> write_whole(const std::string& path, std::string_view text, mode_t mode) {
    auto file = WholeFile::create(path, mode);
    if (!file) return file.error();
    if (auto written = file->write(text); !written) return written;
    return file->commit();
}

}  // namespace rampwatch
