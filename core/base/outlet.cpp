// SPDX-License-Identifier: MIT
#include "core/base/outlet.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "core/base/poller.h"

namespace rampwatch {
namespace {

// When poll(2) says that a pipe is writable, PIPE_BUF bytes fit; a terminal promises less.
constexpr std::size_t kAskedPipe = PIPE_BUF;
constexpr std::size_t kAskedOther = 128;

bool is_writable(int fd, std::chrono::nanoseconds wait) {
    pollfd one{.fd = fd, .events = POLLOUT, .revents = 0};
    const auto wait_ms = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    return ::poll(&one, 1, static_cast<int>(wait_ms)) > 0;
}

// It may go better later: no room, no disk.
bool may_pass(int number) {
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR || number == ENOSPC ||
           number == EDQUOT || number == ENOBUFS || number == ENOMEM;
}

}  // namespace

Outlet::Outlet(int fd) : fd_(fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) {
        closed_ = true;
    } else if (S_ISSOCK(status.st_mode)) {
        way_ = Way::socket;
    } else if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        own_.reset(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        way_ = own_ ? Way::non_blocking : Way::asked;
        if (own_) fd_ = own_.get();
    }
}

// How much of `text` went out.
std::size_t Outlet::write_some(std::string_view text) {
    std::size_t done = 0;
    while (done < text.size() && !closed_) {
        std::size_t size = text.size() - done;
        if (way_ == Way::asked) {
            if (!is_writable(fd_, std::chrono::nanoseconds(0))) break;
            struct stat status {};
            const bool pipe = ::fstat(fd_, &status) == 0 && S_ISFIFO(status.st_mode);
            size = std::min(size, pipe ? kAskedPipe : kAskedOther);
        }
        const char* from = text.data() + done;
        const ssize_t wrote = way_ == Way::socket ? ::send(fd_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL)
                                                  : ::write(fd_, from, size);
        if (wrote >= 0) {
            done += static_cast<std::size_t>(wrote);
        } else if (errno != EINTR) {
            closed_ = !may_pass(errno);
            break;
        }
    }
    return done;
}

bool Outlet::write(std::string_view text, Importance worth) {
    if (closed_) return false;
    flush();
    if (waiting_.empty()) {
        const std::size_t done = write_some(text);
        if (done == 0 && worth == Importance::now) return text.empty();
        waiting_.assign(text.substr(done));
        return !closed_;
    }
    if (worth == Importance::now) return false;
    const std::size_t most = worth == Importance::little ? kMostWaiting / 4 : kMostWaiting;
    if (waiting_.size() + text.size() > most) {
        ++dropped_;
        return false;
    }
    waiting_ += text;
    return true;
}

void Outlet::flush() {
    if (waiting_.empty()) return;
    waiting_.erase(0, write_some(waiting_));
    if (closed_) waiting_.clear();
}

bool Outlet::flush_for(std::chrono::nanoseconds most) {
    const auto deadline = boot_now() + most;
    flush();
    while (!waiting_.empty()) {
        const auto left = deadline - boot_now();
        if (left <= std::chrono::nanoseconds(0)) return false;
        // A full disk is "writable", so that a short rest is due either way.
        if (way_ == Way::plain || !is_writable(fd_, left)) ::usleep(10'000);
        flush();
    }
    return true;
}

std::int64_t Outlet::take_dropped() { return waiting_.empty() ? std::exchange(dropped_, 0) : 0; }

}  // namespace rampwatch
