// SPDX-License-Identifier: MIT
#include "core/dump/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/dump/native.h"
#include "core/dump/wire.h"
#include "core/dump/worker_side.h"

namespace rampwatch::dump {

namespace {

constexpr std::chrono::seconds kFirstPause{2};  // after the second death in a row
constexpr std::chrono::seconds kLongestPause{300};
constexpr std::size_t kMostAtOnce = std::size_t{4} << 20;  // read in one take()

std::chrono::nanoseconds boot_time() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

Error failed(std::string what, Error::Kind kind = Error::Kind::io) {
    return {kind, std::move(what), "reading the target", ""};
}

}  // namespace

Worker::Worker(Life life, std::string program) : life_(std::move(life)), program_(std::move(program)) {}

Worker::~Worker() { end(); }

void Worker::end() {
    socket_.reset();
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
}

Result<void> Worker::start() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return failed(fmt::format("no socket pair: {}", std::strerror(errno)));
    }
    Fd ours(ends[0]), theirs(ends[1]);
    const std::string pid = std::to_string(life_.pid), ticks = std::to_string(life_.start_ticks);
    std::string word(kWorkerWord), name = "rampwatch-worker", program = program_;
    std::array<char*, 5> argv = {name.data(), word.data(), const_cast<char*>(pid.c_str()),
                                 const_cast<char*>(ticks.c_str()), nullptr};
    std::string locale = "LC_ALL=C";
    std::array<char*, 2> environment = {locale.data(), nullptr};
    const pid_t child = ::fork();
    if (child < 0) return failed(fmt::format("no process: {}", std::strerror(errno)));
    if (child == 0) {  // async-signal-safe calls only
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::setsid();
        const int null = ::open("/dev/null", O_RDWR);
        ::dup2(theirs.get(), 0);
        ::dup2(null, 1);
        ::dup2(null, 2);
        ::execve(program.c_str(), argv.data(), environment.data());
        ::_exit(127);
    }
    child_ = child;
    socket_ = std::move(ours);
    ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
    return {};
}

Result<void> Worker::ask(Order order, std::chrono::nanoseconds now, std::chrono::nanoseconds aged_after) {
    return send({.order = order, .aged_after_ns = aged_after.count()}, now);
}

Result<void> Worker::ask_stacks(const NativeSettings& settings, std::chrono::nanoseconds now) {
    return send({.order = Order::stacks,
                 .stop = static_cast<std::uint32_t>(settings.capture.stop),
                 .max_stop_ns = settings.capture.max_stop.value_or(kDefaultMaxStop).count(),
                 .stack_bytes = static_cast<std::int64_t>(settings.capture.stack_bytes),
                 .lines_ns = settings.lines.count()},
                now);
}

void Worker::abandon() {
    end();
    received_.clear();
    asked_ = false;
}

// One that ended while nothing was asked of it: idle for long, or killed.
bool Worker::has_ended() {
    char byte = 0;
    const ssize_t got = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

Result<void> Worker::send(const OrderMessage& message, std::chrono::nanoseconds now) {
    if (asked_) return failed("another look at it is under way", Error::Kind::unavailable);
    if (child_ > 0 && has_ended()) end();
    if (child_ < 0) {
        if (now < not_before_) {
            return failed("the helper that reads it died lately; it is tried again soon",
                          Error::Kind::unavailable);
        }
        if (const auto done = start(); !done) return done.error();
    }
    received_.clear();
    asked_ = true;  // even when it is dead already: take() will tell
    order_ = message.order;
    static_cast<void>(::send(socket_.get(), &message, sizeof message, MSG_NOSIGNAL));
    return {};
}

Answer Worker::died(std::chrono::nanoseconds now) {
    ::kill(child_, SIGKILL);
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    socket_.reset();
    received_.clear();
    asked_ = false;
    deaths_ = std::min(deaths_ + 1, 20);
    // What killed it may be one kind of order: the other is tried at once.
    if (deaths_ > 1) {
        const auto pause =
            std::min<std::chrono::nanoseconds>(kFirstPause * (1 << std::min(deaths_ - 2, 8)), kLongestPause);
        not_before_ = now + pause;
    }
    Answer answer;
    answer.order = order_;
    answer.error =
        failed(WIFSIGNALED(status)
                   ? fmt::format("the helper that reads it was ended by signal {}", WTERMSIG(status))
                   : fmt::format("the helper that reads it ended with status {}", WEXITSTATUS(status)));
    return answer;
}

std::optional<Answer> Worker::take(std::chrono::nanoseconds now) {
    if (child_ < 0) return std::nullopt;
    if (!asked_) {
        if (has_ended()) end();
        return std::nullopt;
    }
    std::array<char, 65536> part;
    for (std::size_t total = 0; total < kMostAtOnce;) {
        const ssize_t got = ::read(socket_.get(), part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (got <= 0) return died(now);
        received_.append(part.data(), static_cast<std::size_t>(got));
        total += static_cast<std::size_t>(got);
    }
    std::uint32_t size = 0;
    if (received_.size() < sizeof size) return std::nullopt;
    std::memcpy(&size, received_.data(), sizeof size);
    if (size > kMostMessage) return died(now);
    if (received_.size() < sizeof size + size) return std::nullopt;
    auto answer = decode(std::string_view(received_).substr(sizeof size));
    if (!answer || answer->order != order_) return died(now);
    received_ = {};
    asked_ = false;
    deaths_ = 0;
    return answer;
}

Answer Worker::ask_and_wait(Order order, std::chrono::nanoseconds timeout,
                            std::chrono::nanoseconds aged_after) {
    const auto begun = boot_time();
    Answer answer;
    answer.order = order;
    if (const auto done = ask(order, begun, aged_after); !done) {
        answer.error = done.error();
        return answer;
    }
    while (true) {
        if (auto there = take(boot_time())) return *there;
        const auto left = begun + timeout - boot_time();
        if (left.count() <= 0) break;
        pollfd wait{fd(), POLLIN, 0};
        ::poll(&wait, 1,
               static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(left).count()) + 1);
    }
    answer = died(boot_time());
    answer.error = failed("it took too long", Error::Kind::timed_out);
    return answer;
}

}  // namespace rampwatch::dump
