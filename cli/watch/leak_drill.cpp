// SPDX-License-Identifier: MIT
#include "cli/watch/leak_drill.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "core/base/poller.h"
#include "core/listen/journal_listener.h"
#include "core/model/words.h"
#include "core/systemd/journal.h"
#include "core/systemd/message_ids.h"

namespace rampwatch::cli {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

namespace {

constexpr nanoseconds kLasts = 5min;

}  // namespace

void LeakDrill::begin(const Outputs& ways, const watch::Session& session, TargetId whole,
                      const std::optional<Life>& who, nanoseconds shift) {
    Event event{.kind = Event::Kind::leak, .target = whole, .mono = boot_now(), .wall = wall_now()};
    event.who = who;
    event.verdict = std::make_shared<const Verdict>(session.verdict(whole));
    const std::string text = fmt::format("DRILL: this is a test alarm, not a leak of {}", ways.name);
    if (ways.to_journal) {
        auto fields = listen::event_fields(event, ways.unit);
        if (!event.verdict->leading) fields.emplace_back("RAMPWATCH_SERIES", word(Series::memory));
        fields.emplace_back("RAMPWATCH_DRILL", "1");
        systemd::send({systemd::Priority::error, systemd::kLeakId, text, std::move(fields)});
    } else {
        ways.say(text);
    }
    until_ = boot_now() + shift + kLasts;
    if (ways.carry_over != nullptr) ways.carry_over->note_drill();
    if (ways.metrics != nullptr) ways.metrics->drill(*until_, session);
    if (ways.command != nullptr) ways.command->drill(event);
    file_ = ways.file;
    if (file_ != nullptr && !file_->drill(event))
        ways.say("the leak file is left out of this drill: it holds a true leak");
}

void LeakDrill::end_when_due(nanoseconds shift) {
    if (!until_ || boot_now() + shift < *until_) return;
    until_.reset();
    if (file_ != nullptr) file_->end_drill();
}

}  // namespace rampwatch::cli
