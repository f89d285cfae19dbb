// SPDX-License-Identifier: MIT
#include "cli/console/launch.h"

#include <poll.h>

namespace rampwatch::cli {

int launch_trouble(const Error& error) {
    if (error.kind == Error::Kind::not_found) return 127;
    return error.kind == Error::Kind::no_permission ? 126 : 125;
}

Result<Launched> Launched::start(const std::vector<std::string>& argv) {
    auto process = Subprocess::start(argv, {.inherit = true});
    if (!process) return process.error();
    return Launched(std::move(*process));
}

void Launched::pass_on(const signalfd_siginfo& signal) {
    const bool by_the_terminal = signal.ssi_code == SI_KERNEL;
    if (!by_the_terminal) process_.signal(static_cast<int>(signal.ssi_signo));
}

std::optional<int> Launched::status() {
    const auto status = process_.exit_status();
    if (!status) return std::nullopt;
    return status->signalled ? 128 + status->number : status->number;
}

int Launched::wait() {
    while (true) {
        if (const auto ended = status()) return *ended;
        pollfd wait{process_.poll_fd(), POLLIN, 0};
        ::poll(&wait, 1, 1000);
    }
}

}  // namespace rampwatch::cli
