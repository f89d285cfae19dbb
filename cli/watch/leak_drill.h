// SPDX-License-Identifier: MIT
// A leak that is none, by all the ways of a true one; none of them takes it for a finding.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/base/say.h"
#include "core/listen/carry_over.h"
#include "core/listen/leak_command.h"
#include "core/listen/leak_file.h"
#include "core/listen/metrics_keeper.h"
#include "core/watch/session.h"

namespace rampwatch::cli {

class LeakDrill {
  public:
    // By which it is told; what is null is not there. All of them outlive the drill.
    struct Outputs {
        std::string name{}, unit{};
        bool to_journal = false;
        Say say{};
        listen::CarryOver* carry_over = nullptr;
        listen::MetricsKeeper* metrics = nullptr;
        listen::LeakCommand* command = nullptr;
        listen::LeakFile* file = nullptr;
    };

    // `whole`: the target that is drilled, last seen as `who`; `shift`: of the session's clock.
    void begin(const Outputs& ways, const watch::Session& session, TargetId whole,
               const std::optional<Life>& who, std::chrono::nanoseconds shift);
    // At each tick: what is kept while it lasts goes when it is over.
    void end_when_due(std::chrono::nanoseconds shift);

  private:
    std::optional<std::chrono::nanoseconds> until_{};
    listen::LeakFile* file_ = nullptr;
};

}  // namespace rampwatch::cli
