// SPDX-License-Identifier: MIT
// A real process for a live test: forked, told by pipes what to do, surely gone at the end.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/fd.h"
#include "core/model/feed.h"

namespace rampwatch::test {

class Child {
  public:
    // Runs `body` in a child; its value is the exit status. `ready()` tells the parent to go on, `wait()`
    // waits for proceed().
    struct Side {
        int ready_fd = -1, go_fd = -1;
        void ready() const { static_cast<void>(!::write(ready_fd, "r", 1)); }
        void wait() const {
            char byte = 0;
            static_cast<void>(!::read(go_fd, &byte, 1));
        }
    };
    explicit Child(const std::function<int(const Side&)>& body) {
        std::array<int, 2> ready{}, go{};
        if (::pipe2(ready.data(), O_CLOEXEC) != 0 || ::pipe2(go.data(), O_CLOEXEC) != 0) std::abort();
        const pid_t parent = ::getpid();
        pid_ = ::fork();
        if (pid_ == 0) {
            for (const int number : {SIGTERM, SIGINT, SIGSEGV, SIGABRT, SIGFPE, SIGILL})
                ::signal(number, SIG_DFL);
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != parent) ::_exit(1);
            ::close(ready[0]);
            ::close(go[1]);
            ::_exit(body({ready[1], go[0]}));
        }
        ready_.reset(ready[0]);
        go_.reset(go[1]);
        ::close(ready[1]);
        ::close(go[0]);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() {
        ::kill(pid_, SIGKILL);
        reap();
    }

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool read_ready(void* bytes, std::size_t size) const {
        return ::read(ready_.get(), bytes, size) == static_cast<ssize_t>(size);
    }
    void await_ready() const {
        char byte = 0;
        static_cast<void>(!::read(ready_.get(), &byte, 1));
    }
    void proceed() const { static_cast<void>(!::write(go_.get(), "g", 1)); }
    void signal(int number) const { ::kill(pid_, number); }
    void await_zombie() const {
        siginfo_t info{};
        ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    }
    void reap() {
        if (reaped_) return;
        ::waitpid(pid_, &status_, 0);
        reaped_ = true;
    }
    int exit_status() {
        reap();
        return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
    }

  private:
    pid_t pid_ = -1;
    Fd ready_{}, go_{};
    bool reaped_ = false;
    int status_ = 0;
};

// Polls one Feed as the Loop does, until it has told something or `patience_ms` have passed.
inline std::vector<Fact> await_facts(Feed& feed, int patience_ms = 10'000) {
    std::vector<Fact> facts;
    for (int turn = 0; turn < patience_ms && facts.empty(); ++turn) {
        pollfd wait{feed.fd(), POLLIN, 0};
        ::poll(&wait, 1, feed.deadline() ? 1 : patience_ms);
        feed.collect(facts);
        if (facts.empty() && feed.fd() >= 0 && !feed.deadline() && (wait.revents & POLLIN) == 0) break;
    }
    return facts;
}

inline bool become_nobody() { return ::setgid(65534) == 0 && ::setuid(65534) == 0; }

}  // namespace rampwatch::test
