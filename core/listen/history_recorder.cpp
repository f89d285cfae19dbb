// SPDX-License-Identifier: MIT
#include "core/listen/history_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/words.h"
#include "core/report/json_dump.h"
#include "core/report/json_event.h"

namespace rampwatch::listen {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kTryAgain = 3s;
constexpr nanoseconds kLockedIsNews =
    5s;  // thinning holds the lock for milliseconds, a person at a prompt longer

}  // namespace

void HistoryRecorder::open(const Life& who, nanoseconds mono, nanoseconds wall) {
    who_ = who;
    auto writer = store::HistoryWriter::open(settings_, who, mono, wall);
    if (!writer) {
        failed(writer.error());
        return;
    }
    writer_ = std::move(*writer);
    if (writer_->target() != settings_.target) {
        say_(fmt::format("another rampwatch records {}; this history is named {}",
                         escape(settings_.target, 64), escape(writer_->target(), 64)));
    }
}

void HistoryRecorder::set_clock(nanoseconds shift, LifeNumber life) {
    shift_ = shift;
    life_ = life;
}

void HistoryRecorder::on_event(const Event& event, const watch::Session&) {
    Item item{.kind = event.kind, .life = event.life, .mono = event.mono, .wall = event.wall};
    switch (event.kind) {
        case Event::Kind::missed:
        case Event::Kind::ended:
            return;
        case Event::Kind::started:
            if (settings_.watching.one_shot) return;  // it is, with every single sample
            [[fallthrough]];
        default:
            item.ending = event.ending;
            item.json = report::json_event(event);
            break;
        case Event::Kind::sample:
            item.sample = event.sample;
            break;
        case Event::Kind::dump:
            item.dump = event.dump;
            item.json = event.dump ? report::json_dump(*event.dump) : "";
            break;
    }
    enqueue(std::move(item));
    flush();
}

void HistoryRecorder::enqueue(Item item) {
    if (waiting_.size() >= kMostWaiting) {
        if (waiting_.front().sample) ++missing_;
        waiting_.pop_front();
    }
    waiting_.push_back(std::move(item));
}

void HistoryRecorder::try_open() {
    const nanoseconds now = boot_now();
    if (now < next_try_) return;
    open(who_, now, wall_now());
    if (!writer_) next_try_ = boot_now() + kTryAgain;
}

void HistoryRecorder::flush() {
    if (waiting_.empty()) return;
    if (!writer_) try_open();
    if (!writer_ || boot_now() < next_try_) return;
    const auto written = write_all();
    if (!written) {
        failed(written.error());
        return;
    }
    waiting_.clear();
    if (told_) healed();
    stuck_since_.reset();
    note_upkeep();
}

Result<void> HistoryRecorder::write_all() {
    if (waiting_.size() == 1 && waiting_.front().sample) return write(waiting_.front());
    if (auto begun = writer_->begin(); !begun) return begun;
    for (const Item& item : waiting_) {
        if (auto written = write(item); !written) {
            writer_->rollback();
            return written;
        }
    }
    auto committed = writer_->commit();
    if (!committed) writer_->rollback();
    return committed;
}

// The writer may have been opened later than the watch began: then its clock and its lives are not the
// Events'.
Result<void> HistoryRecorder::write(const Item& item) {
    const nanoseconds later = writer_->shift() - shift_;
    const LifeNumber life = writer_->life() + item.life - life_;
    if (item.sample) {
        Sample sample = *item.sample;
        sample.mono += later;
        return writer_->add(sample, life);
    }
    const nanoseconds mono = item.mono + later;
    if (item.dump) return writer_->add_dump(*item.dump, item.json, life, mono);
    if (item.kind == Event::Kind::gone) {
        const auto ended = writer_->end_life(life, item.ending.value_or(Ending{}), mono, item.wall);
        if (!ended) return ended;
    }
    return writer_->add_event(word(item.kind), item.json, life, mono, item.wall);
}

void HistoryRecorder::failed(const Error& error) {
    const nanoseconds now = boot_now();
    const bool locked = error.kind == Error::Kind::timed_out;
    if (!stuck_since_) stuck_since_ = now;
    if (!locked) next_try_ = now + kTryAgain;
    if (told_ || (locked && writer_ && now - *stuck_since_ < kLockedIsNews)) return;
    told_ = true;
    say_(fmt::format("no history: {}; the watch goes on, and tries again", to_string(error)));
}

void HistoryRecorder::healed() {
    told_ = false;
    std::string text = "the history is written again";
    if (const std::int64_t lost = missing_ - missing_told_; lost > 0)
        text += fmt::format("; {} samples are missing in it", format_count(lost));
    missing_told_ = missing_;
    say_(text);
}

// What is written is kept, but nothing is thinned out: the file grows, and somebody should know.
void HistoryRecorder::note_upkeep() {
    const auto error = writer_->upkeep_error();
    if (error && error->kind == Error::Kind::timed_out) return;  // somebody else holds it; it is tried again
    if (error.has_value() == std::exchange(upkeep_told_, error.has_value())) return;
    say_(error ? "the history is not thinned out, and grows: " + to_string(*error)
               : "the history is thinned out again");
}

void HistoryRecorder::end(const std::string& reason) {
    next_try_ = {};
    flush();
    for (const Item& item : waiting_) missing_ += item.sample ? 1 : 0;
    waiting_.clear();
    if (!writer_) return;
    if (settings_.watching.one_shot) {  // more is expected
        writer_.reset();
        return;
    }
    if (const auto ended = writer_->end_watch(reason, wall_now()); !ended && !told_)
        say_("the end of the watch is not in the history: " + to_string(ended.error()));
    writer_.reset();
}

}  // namespace rampwatch::listen
