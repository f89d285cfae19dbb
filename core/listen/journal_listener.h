// SPDX-License-Identifier: MIT
// What a watch says in systemd's journal: a line for what happens, with fields to find and to join it by.
// When all is well nothing is said but the beginning and the end of each life.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/systemd/journal.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

// What it has to say in RAMPWATCH_* fields; values may be foreign text.
std::vector<std::pair<std::string, std::string>> event_fields(const Event& event, const std::string& unit);

// The entry for an Event; empty where it deserves none. `unit` is the watched one. `newest`: its last dump,
// and `last` its last look, for the end of a life that was none of its own choice.
std::optional<systemd::Entry> journal_entry(const Event& event, const std::string& unit,
                                            const std::optional<Sample>& last, const Dump* newest);

class JournalListener final : public watch::Listener {
  public:
    explicit JournalListener(std::string unit) : unit_(std::move(unit)) {}
    void on_event(const Event& event, const watch::Session& session) override;

  private:
    std::string unit_;
    std::map<TargetId, Sample> last_{};
};

}  // namespace rampwatch::listen
