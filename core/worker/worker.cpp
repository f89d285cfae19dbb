// SPDX-License-Identifier: MIT
#include "core/worker/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "core/worker/wire.h"

namespace rampwatch::worker {

namespace {

constexpr std::chrono::seconds kFirstPause{2};  // after the second death in a row
constexpr std::chrono::seconds kLongestPause{300};
constexpr std::size_t kMostWaiting = 8;
constexpr std::size_t kMostAtOnce = std::size_t{4} << 20;  // read in one answer()

Error failed(std::string what, Error::Kind kind = Error::Kind::io) {
    return {kind, std::move(what), "reading the target", ""};
}

std::string end_in_words(int status) {
    if (WIFSIGNALED(status))
        return fmt::format("the helper that reads it was ended by signal {}", WTERMSIG(status));
    if (WEXITSTATUS(status) == kOutOfMemory) return "the helper that reads it ran out of memory";
    return fmt::format("the helper that reads it ended with status {}", WEXITSTATUS(status));
}

}  // namespace

Worker::Worker(Life life, std::string program) : life_(std::move(life)), program_(std::move(program)) {}

Worker::~Worker() { end(); }

void Worker::end() {
    if (child_ > 0) static_cast<void>(reap());
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

// One that ended while nothing was asked of it: idle for long, or killed.
bool Worker::has_ended() const {
    char byte = 0;
    const ssize_t got = ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

void Worker::reap_idle() {
    if (child_ > 0 && waiting_.empty() && has_ended()) end();
}

Result<Worker::Ticket> Worker::ask(Order order, std::chrono::nanoseconds now) {
    if (waiting_.size() >= kMostWaiting)
        return failed("too many readings of it are in progress", Error::Kind::unavailable);
    reap_idle();
    if (child_ < 0) {
        if (now < not_before_) {
            return failed("the helper that reads it died lately; it is tried again soon",
                          Error::Kind::unavailable);
        }
        if (const auto done = start(); !done) return done.error();
    }
    waiting_.push_back({++last_ticket_, std::move(order)});
    if (waiting_.size() == 1) send_next();
    return last_ticket_;
}

// Even to a child that is dead already: pump() will tell.
void Worker::send_next() {
    received_.clear();
    if (!waiting_.empty()) {
        const std::string bytes = framed(encode(waiting_.front().order));
        static_cast<void>(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL));
    }
}

void Worker::finish(Answer answer) {
    const Waiting done = std::move(waiting_.front());
    waiting_.pop_front();
    if (done.wanted) answers_.emplace(done.ticket, std::move(answer));
}

int Worker::reap() {
    ::kill(child_, SIGKILL);
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
    }
    child_ = -1;
    socket_.reset();
    received_.clear();
    return status;
}

void Worker::died(std::chrono::nanoseconds now) {
    const int status = reap();
    deaths_ = std::min(deaths_ + 1, 20);
    // What killed it may be one kind of order: the other is tried at once.
    if (deaths_ > 1) {
        const auto pause =
            std::min<std::chrono::nanoseconds>(kFirstPause * (1 << std::min(deaths_ - 2, 8)), kLongestPause);
        not_before_ = now + pause;
    }
    const Answer answer{.payload = failed(end_in_words(status))};
    while (!waiting_.empty()) finish(answer);
}

void Worker::pump(std::chrono::nanoseconds now) {
    if (child_ < 0 || waiting_.empty()) return;
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
    if (received_.size() < sizeof size) return;
    std::memcpy(&size, received_.data(), sizeof size);
    if (size > kMostMessage) return died(now);
    if (received_.size() < sizeof size + size) return;
    auto answer = decode_answer(std::string_view(received_).substr(sizeof size));
    if (!answer || !answers(answer->payload, waiting_.front().order.task)) return died(now);
    received_ = {};
    deaths_ = 0;
    finish(std::move(*answer));
    send_next();
}

std::optional<Answer> Worker::answer(Ticket ticket, std::chrono::nanoseconds now) {
    pump(now);
    const auto found = answers_.find(ticket);
    if (found == answers_.end()) return std::nullopt;
    Answer answer = std::move(found->second);
    answers_.erase(found);
    return answer;
}

void Worker::forget(Ticket ticket) {
    answers_.erase(ticket);
    for (Waiting& waiting : waiting_) {
        if (waiting.ticket == ticket) waiting.wanted = false;
    }
}

void Worker::give_up(Ticket ticket) {
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& waiting) { return waiting.ticket == ticket; });
    if (found == waiting_.end()) return;
    Answer answer{.payload = failed("it took too long", Error::Kind::timed_out)};
    const bool is_under_way = found == waiting_.begin();
    std::rotate(waiting_.begin(), found, found + 1);
    finish(answer);
    if (!is_under_way) return;
    end();
    if (waiting_.empty()) return;
    if (const auto done = start(); done) return send_next();
    answer.payload = failed("no other helper could be started");
    while (!waiting_.empty()) finish(answer);
}

void Worker::rest() {
    if (waiting_.empty()) end();
}

}  // namespace rampwatch::worker
