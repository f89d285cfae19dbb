// SPDX-License-Identifier: MIT
#include "core/base/lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/text.h"

namespace rampwatch {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
static_assert(kBufferBytes > 2 * kLongestLine);

// Standard input may have been left non-blocking by whoever shares it.
ssize_t read_some(int fd, char* into, std::size_t room) {
    while (true) {
        const ssize_t got = ::read(fd, into, room);
        if (got >= 0) return got;
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return got;
        pollfd waiting{fd, POLLIN, 0};
        ::poll(&waiting, 1, -1);
    }
}

}  // namespace

LineReader::LineReader(Fd fd) : fd_(std::move(fd)), buffer_(kBufferBytes) {}

bool LineReader::fill() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        scanned_ -= begin_;
        end_ -= begin_;
        begin_ = 0;
    }
    const ssize_t got = read_some(fd_.get(), buffer_.data() + end_, buffer_.size() - end_);
    if (got < 0) error_number_ = errno;
    if (got <= 0) return false;
    end_ += static_cast<std::size_t>(got);
    return true;
}

std::string_view LineReader::ahead(std::size_t most) {
    most = std::min(most, kMostAhead);
    while (end_ - begin_ < most && error_number_ == 0 && fill()) {
    }
    return {buffer_.data() + begin_, std::min(most, end_ - begin_)};
}

std::string_view LineReader::some() {
    if (begin_ == end_ && (error_number_ != 0 || !fill())) return {};
    const std::string_view all(buffer_.data() + begin_, end_ - begin_);
    begin_ = scanned_ = end_;
    return all;
}

LineReader::Outcome LineReader::next(std::string_view& line) {
    const auto cut = [&](std::size_t length) {
        line = std::string_view(buffer_.data() + begin_, length);
        if (line.ends_with('\r')) line.remove_suffix(1);
    };
    while (true) {
        const char* from = buffer_.data() + scanned_;
        const auto* feed = static_cast<const char*>(std::memchr(from, '\n', end_ - scanned_));
        if (feed != nullptr) {
            const auto at = static_cast<std::size_t>(feed - buffer_.data());
            if (at - begin_ > kLongestLine) return Outcome::too_long;
            cut(at - begin_);
            begin_ = scanned_ = at + 1;
            return Outcome::line;
        }
        scanned_ = end_;
        if (end_ - begin_ > kLongestLine) return Outcome::too_long;
        if (fill()) continue;
        if (error_number_ != 0) return Outcome::failed;
        if (begin_ == end_) return Outcome::end;
        cut(end_ - begin_);
        begin_ = scanned_ = end_;
        return Outcome::half;
    }
}

Result<LineReader> open_lines(const std::string& path) {
    if (path == "-") return LineReader(Fd(::dup(STDIN_FILENO)));
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd) return LineReader(std::move(fd));
    const auto kind = errno == ENOENT   ? Error::Kind::not_found
                      : errno == EACCES ? Error::Kind::no_permission
                                        : Error::Kind::io;
    return Error{kind, fmt::format("cannot open: {}", std::strerror(errno)), escape(path), {}};
}

}  // namespace rampwatch
