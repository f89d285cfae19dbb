// SPDX-License-Identifier: MIT
#include "core/watch/replay.h"

#include <utility>
#include <variant>

namespace rampwatch::watch {
struct Replayer::State {
    State(const Settings& settings, const ReplayListener& heard) : session(settings), listener(heard) {}

    void play(const Record& record) {
        if (listener.record) listener.record(record);
        if (record.life != life) appear(record);
        if (const auto* sample = std::get_if<Sample>(&record.look)) {
            // One Fact is kept for all samples: it is as large as its largest kind.
            if (!std::holds_alternative<fact::Sampled>(fact)) fact = fact::Sampled{};
            auto& sampled = std::get<fact::Sampled>(fact);
            sampled.life = life;
            sampled.sample = *sample;
            tell(fact);
        } else {
            tell(fact::Bucketed{.life = life, .bucket = std::get<Bucket>(record.look)});
        }
    }

    void appear(const Record& record) {
        life = record.life;
        std::visit(
            [&](const auto& look) {
                tell(fact::Appeared{.life = life, .mono = look.mono, .wall = look.wall});
            },
            record.look);
    }

    void tell(const Fact& told) {
        session.tell(told, output);
        if (listener.event) {
            for (const Event& event : output.events) listener.event(event);
        }
        output.events.clear();
        output.requests.clear();
    }

    Session session;
    const ReplayListener& listener;
    LifeNumber life = 0;  // none yet: lives count from 1
    Fact fact{fact::Tick{}};
    Output output{};
};

Replayer::Replayer(Settings settings, const ReplayListener& listener) {
    settings.dumps = false;
    settings.tell_samples = false;
    state_ = std::make_unique<State>(settings, listener);
}
Replayer::~Replayer() = default;
Replayer::Replayer(Replayer&&) noexcept = default;
Replayer& Replayer::operator=(Replayer&&) noexcept = default;

void Replayer::play(const Record& record) { state_->play(record); }

Verdict Replayer::verdict() const { return state_->session.verdict(); }

Result<Verdict> replay(Source& source, Settings settings, const ReplayListener& listener) {
    Replayer replayer(std::move(settings), listener);
    Record record;
    while (true) {
        const auto read = source.next_into(record);
        if (!read) return read.error();
        if (!*read) return replayer.verdict();
        replayer.play(record);
    }
}

}  // namespace rampwatch::watch
