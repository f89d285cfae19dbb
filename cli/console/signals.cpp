// SPDX-License-Identifier: MIT
#include "cli/console/signals.h"

#include <unistd.h>

#include <utility>

#include "cli/console/launch.h"

namespace rampwatch::cli {
namespace {

bool is_ignored(int number) {
    struct sigaction now {};
    return ::sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals(bool has_command) {
    std::vector<int> wanted = {SIGWINCH, SIGINT, SIGTERM, SIGHUP};
    if (has_command) wanted.insert(wanted.end(), kPassedOn.begin(), kPassedOn.end());
    sigemptyset(&set_);
    for (const int number : wanted) {
        if (!is_ignored(number)) sigaddset(&set_, number);
    }
    ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    fd_.reset(::signalfd(-1, &set_, SFD_NONBLOCK | SFD_CLOEXEC));
    std::signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() { ::pthread_sigmask(SIG_UNBLOCK, &set_, nullptr); }

void Signals::collect(std::vector<Fact>&) {
    signalfd_siginfo info{};
    while (::read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) came_.push_back(info);
}

std::vector<signalfd_siginfo> Signals::take_signals() { return std::exchange(came_, {}); }

}  // namespace rampwatch::cli
