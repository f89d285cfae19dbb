// SPDX-License-Identifier: MIT
// A history and a state are of the service as a whole, life after life; its lives go by their main process.
#pragma once

#include "core/follow/process_set.h"
#include "core/listen/carry_over.h"
#include "core/watch/loop.h"

namespace rampwatch::cli {

class MembersCarryOver final : public watch::Listener {
  public:
    // `whole`: the target of the session that is carried over. All outlive this.
    MembersCarryOver(listen::CarryOver& carry_over, const follow::ProcessSet& crew, TargetId whole)
        : carry_over_(carry_over), crew_(crew), whole_(whole), life_(carry_over.life()) {}
    void on_event(const Event& event, const watch::Session& session) override;

  private:
    void pass_on(const Event& event, const watch::Session& session);

    listen::CarryOver& carry_over_;
    const follow::ProcessSet& crew_;
    TargetId whole_;
    LifeNumber life_;
};

}  // namespace rampwatch::cli
