// SPDX-License-Identifier: MIT
#include "core/watch/replay.h"

#include <variant>

namespace rampwatch::watch {
namespace {

class Replay {
  public:
    Replay(const Settings& settings, const ReplayListener& listener)
        : session_(settings), listener_(listener) {}

    void take(const Record& record) {
        if (listener_.record) listener_.record(record);
        if (record.life != life_) appear(record);
        if (const auto* sample = std::get_if<Sample>(&record.look)) {
            // One Fact is kept for all samples: it is as large as its largest kind.
            if (!std::holds_alternative<fact::Sampled>(fact_)) fact_ = fact::Sampled{};
            auto& sampled = std::get<fact::Sampled>(fact_);
            sampled.life = life_;
            sampled.sample = *sample;
            tell(fact_);
        } else {
            tell(fact::Bucketed{.life = life_, .bucket = std::get<Bucket>(record.look)});
        }
    }

    [[nodiscard]] Verdict verdict() const { return session_.verdict(); }

  private:
    void appear(const Record& record) {
        life_ = record.life;
        std::visit(
            [&](const auto& look) {
                tell(fact::Appeared{.life = life_, .mono = look.mono, .wall = look.wall});
            },
            record.look);
    }

    void tell(const Fact& fact) {
        session_.tell(fact, output_);
        if (listener_.event) {
            for (const Event& event : output_.events) listener_.event(event);
        }
        output_.events.clear();
        output_.requests.clear();
    }

    Session session_;
    const ReplayListener& listener_;
    LifeNumber life_ = 0;  // none yet: lives count from 1
    Fact fact_{fact::Tick{}};
    Output output_{};
};

}  // namespace

Result<Verdict> replay(Source& source, Settings settings, const ReplayListener& listener) {
    settings.dumps = false;
    settings.tell_samples = false;
    Replay replay(settings, listener);
    Record record;
    while (true) {
        const auto read = source.next_into(record);
        if (!read) return read.error();
        if (!*read) return replay.verdict();
        replay.take(record);
    }
}

}  // namespace rampwatch::watch
