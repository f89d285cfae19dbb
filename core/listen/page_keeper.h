// SPDX-License-Identifier: MIT
// Keeps a page of one watched target current: the thing to attach to a ticket.
#pragma once

#include <chrono>
#include <string>

#include "core/base/late_writer.h"
#include "core/base/say.h"
#include "core/report/target_maker.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

// Written when something happens, and at most every ten seconds; whole, by rename.
class PageKeeper final : public watch::Listener {
  public:
    PageKeeper(const std::string& path, std::string name, std::string program, Say say);

    void on_event(const Event& event, const watch::Session& session) override;
    void end(const watch::Session& session);

  private:
    void add(const Event& event);
    void write(const watch::Session& session);

    LateWriter file_;
    std::string program_;
    Say say_;
    report::TargetReport target_{};
    report::TargetMaker maker_;
    std::chrono::nanoseconds began_wall_{};
    std::chrono::nanoseconds next_{};
    bool told_ = false;
};

}  // namespace rampwatch::listen
