// SPDX-License-Identifier: MIT
// Signals as a Feed, so that no handler ever runs.
#pragma once

#include <sys/signalfd.h>

#include <csignal>
#include <vector>

#include "core/base/fd.h"
#include "core/model/feed.h"

namespace rampwatch::cli {

// SIGINT, SIGTERM, SIGHUP and SIGWINCH, with a command all that are passed on to it (launch.h) too, are
// blocked and read here while it lives, but for those that were ignored when we were started, as nohup has
// it; SIGPIPE is ignored. Make it before any thread or child.
class Signals final : public Feed {
  public:
    explicit Signals(bool has_command);
    ~Signals() override;
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] int fd() const override { return fd_.get(); }
    void collect(std::vector<Fact>& facts) override;

    // Those that came since it was last asked, in order.
    std::vector<signalfd_siginfo> take_signals();

  private:
    sigset_t set_{};
    Fd fd_{};
    std::vector<signalfd_siginfo> came_{};
};

}  // namespace rampwatch::cli
