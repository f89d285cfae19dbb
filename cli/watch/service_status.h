// SPDX-License-Identifier: MIT
// What systemctl shows of a watch of a service: its STATUS in words, what is missing for want of a right
// among them.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/base/say.h"
#include "core/model/sample.h"
#include "core/model/target.h"
#include "core/systemd/notify.h"
#include "core/watch/loop.h"

namespace rampwatch::follow {
class ProcessSet;
}

namespace rampwatch::cli {

class ServiceStatus final : public watch::Listener {
  public:
    // `name` is of the unit or the tree; `notify` and `say` (troubles, each kind once) outlive it.
    ServiceStatus(std::string name, systemd::Notify& notify, Say say)
        : name_(std::move(name)), notify_(notify), say_(std::move(say)) {}

    void on_event(const Event& event, const watch::Session& session) override;
    // At each tick: tells anew when something happened, else now and then, since a verdict costs more than a
    // look.
    void tell(const follow::ProcessSet& crew, const watch::Session& session, bool bus_is_away);

  private:
    void check_rights(const follow::ProcessSet& crew);
    [[nodiscard]] std::string words(const follow::ProcessSet& crew, const watch::Session& session);

    std::string name_;
    systemd::Notify& notify_;
    Say say_;
    std::optional<Sample> last_{};  // of the one that leads: the sum, where there is one
    std::optional<Life> checked_{};
    std::string missing_{};
    std::optional<std::chrono::nanoseconds> told_at_{};
    bool sum_seen_ = false;
    bool blind_ = false;
};

}  // namespace rampwatch::cli
