// SPDX-License-Identifier: MIT
#include "core/report/target_maker.h"

#include <string>

#include "core/model/words.h"
#include "core/report/text_event.h"

namespace rampwatch::report {

void TargetMaker::add(const Bucket& look, const Sample& sample, LifeNumber life, bool is_drawn) {
    if (lives_.empty() || life != life_) {
        if (lives_.size() == kMostLives) lives_.pop_front();
        lives_.emplace_back(life);
        context_.first = sample;
        life_ = life;
    }
    lives_.back().add(look);
    context_.last = sample;
    last_wall_ = look.wall;
    if (is_drawn) trails_.add(look);
}

void TargetMaker::add(const Event& event) {
    if (events_.size() == most_events_) events_.pop_front();
    events_.push_back({event.mono, event.wall, std::string(word(event.kind)), event.life, text_event(event)});
}

void TargetMaker::fill(TargetReport& target) const {
    target.context = context_;
    target.last_wall = last_wall_;
    target.charts = trails_.points();
    target.events.assign(events_.begin(), events_.end());
    target.lives.clear();
    for (const LifeSummaryMaker& life : lives_) target.lives.push_back(life.summary());
}

}  // namespace rampwatch::report
