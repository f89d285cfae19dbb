// SPDX-License-Identifier: MIT
#include "core/base/poller.h"

#include <algorithm>
#include <ctime>

namespace rampwatch {
namespace {

using std::chrono::nanoseconds;

nanoseconds now_of(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

}  // namespace

nanoseconds boot_now() { return now_of(CLOCK_BOOTTIME); }
nanoseconds wall_now() { return now_of(CLOCK_REALTIME); }

std::size_t Poller::add(int fd) {
    waited_.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    return waited_.size() - 1;
}

void Poller::wait(std::optional<nanoseconds> deadline) {
    timespec timeout{};
    if (deadline) {
        const nanoseconds left = std::max(*deadline - boot_now(), nanoseconds(0));
        timeout.tv_sec = static_cast<std::time_t>(left.count() / 1'000'000'000);
        timeout.tv_nsec = static_cast<long>(left.count() % 1'000'000'000);
    }
    for (pollfd& one : waited_) one.revents = 0;
    const int woken = ::ppoll(waited_.data(), waited_.size(), deadline ? &timeout : nullptr, nullptr);
    if (woken > 0) return;
    for (pollfd& one : waited_) one.revents = 0;  // after EINTR they are not to be trusted
}

}  // namespace rampwatch
