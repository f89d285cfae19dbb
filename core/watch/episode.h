// SPDX-License-Identifier: MIT
// What is told of one life's claims: one notice, one alarm, again when it got worse, and the end.
//
// The end is told once the claim has been lower for an eighth of the patience: under a collector it falls and
// comes back within minutes, and "recovered" followed by an alarm makes nobody believe either.
//
// Kinds of growth are not episodes of their own: whoever is woken for memory at 3 a.m. is not woken again
// because the threads are confirmed too. The one exception is memory that joins a leak of counts alone: until
// then nothing ran against a limit.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/event.h"
#include "core/model/verdict.h"

namespace rampwatch::watch {

class Episode {
  public:
    struct Telling {
        Event::Kind kind = Event::Kind::growing;
        Claim before = Claim::undecided;  // how far the episode had come until then

        friend bool operator==(const Telling&, const Telling&) = default;
    };

    explicit Episode(std::chrono::nanoseconds patience) : patience_(patience) {}

    // After every look, and cheap. True when update() has to be asked, with the verdict after the same look.
    bool look(Claim claim, SeriesSet limits_near, std::chrono::nanoseconds mono);

    // What is to be told, in this order; mostly nothing.
    std::vector<Telling> update(const Verdict& verdict);

    // undecided while there is none; else the strongest claim that was told in it.
    [[nodiscard]] Claim reached() const { return reached_; }

    // For core/base/archive.h; the patience is the Judge's, and is not in it. Whether the claim is lower at
    // the moment is not either: after a restart that time begins anew.
    template <class Archive>
    void state(Archive& archive) {
        archive(reached_, next_check_, told_series_, told_rise_, told_eta_s_, near_told_, far_since_);
    }
    [[nodiscard]] bool sound() const;  // of what was read

  private:
    [[nodiscard]] bool over(std::chrono::nanoseconds mono) const;
    bool worse(const Verdict& verdict) const;
    void remember(const Verdict& verdict);

    std::chrono::nanoseconds patience_;
    Claim reached_ = Claim::undecided;
    std::optional<std::chrono::nanoseconds> next_check_{};  // for worse; set while reached_ is leak
    std::optional<std::chrono::nanoseconds>
        lower_since_{};  // the claim fell below growing after that was told

    // As they stood when the leak was last told.
    std::optional<Series> told_series_{};
    double told_rise_ = 0;
    std::optional<double> told_eta_s_{};

    // Whose limit notice was told, and holds: a SeriesSet of the first eight series, where all that have a
    // limit are. Before it told of memory alone, as a bool.
    std::uint8_t near_told_ = 0;
    std::optional<std::chrono::nanoseconds> far_since_{};  // one of these has ended
};

}  // namespace rampwatch::watch
