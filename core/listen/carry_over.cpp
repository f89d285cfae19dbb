// SPDX-License-Identifier: MIT
#include "core/listen/carry_over.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/store/drill_note.h"
#include "core/store/history_reader.h"
#include "core/store/saved_dump.h"

namespace rampwatch::listen {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

Fact fact_of(const Record& record, TargetId target) {
    if (const auto* sample = std::get_if<Sample>(&record.look))
        return fact::Sampled{.target = target, .life = record.life, .sample = *sample};
    return fact::Bucketed{.target = target, .life = record.life, .bucket = std::get<Bucket>(record.look)};
}

nanoseconds begin_of(const std::variant<Sample, Bucket>& look) {
    const auto* bucket = std::get_if<Bucket>(&look);
    return bucket != nullptr ? bucket->mono - bucket->span : std::get<Sample>(look).mono;
}

std::string state_beside(const store::HistoryWriter& writer) {
    std::string path = writer.path();
    path.resize(path.size() - 3);  // ".db"
    return path + ".state";
}

}  // namespace

void CarryOver::open(const Life& who) {
    who_ = who;
    const nanoseconds mono = boot_now(), wall = wall_now();
    if (options_.history) {
        recorder_.emplace(*options_.history, say_);
        recorder_->open(who, mono, wall);
    }
    const store::HistoryWriter* writer = recorder_ ? recorder_->writer() : nullptr;
    if (writer != nullptr) {
        shift_ = writer->shift();
        life_ = writer->life();
    }
    if (options_.state_path) {
        state_path_ = *options_.state_path;
    } else if (writer != nullptr) {
        state_path_ = state_beside(*writer);
        state_is_beside_ = true;
    }
    read_state();
    settle_clock(mono, wall);
    if (recorder_) recorder_->set_clock(shift_, life_);
}

bool CarryOver::is_same_process(const store::SavedState& state) const {
    return state.boot_id == who_.boot_id && state.pid == who_.pid && state.start_ticks == who_.start_ticks;
}

void CarryOver::read_state() {
    if (state_path_.empty()) return;
    auto state = store::load_state(state_path_);
    if (state) {
        state_ = std::move(*state);
        return;
    }
    state_refused_ = true;
    say_(to_string(state.error()) + "; it is left alone, and nothing is saved there");
}

// Without a history the state brings the clock and the lives; with one it must fit that.
void CarryOver::settle_clock(nanoseconds mono, nanoseconds wall) {
    if (!state_) return;
    if (recorder_ && recorder_->writer() != nullptr) {
        if (state_->last_mono <= mono + shift_) return;
        say_(fmt::format("{}: a state from later than its history; learning from the history",
                         escape(state_path_)));
        state_.reset();
        return;
    }
    life_ = is_same_process(*state_) ? state_->life : state_->life + 1;
    shift_ = state_->boot_id == who_.boot_id
                 ? state_->shift
                 : state_->last_mono + std::max<nanoseconds>(wall - state_->last_wall, 1ns) - mono;
}

bool CarryOver::restore(watch::Session& session) {
    if (!state_) return false;
    const LifeNumber before = is_same_process(*state_) ? life_ : life_ - 1;
    const auto restored = session.restore(options_.target, state_->learned, before);
    if (restored) return true;
    if (state_is_beside_) return false;  // of another patience: the history has all of it
    if (options_.target == kSumTarget) {
        say_(escape(state_path_, 256) + ": " + to_string(restored.error()));
        return false;
    }
    Error error = restored.error();
    error.where = escape(state_path_, 256);
    if (error.kind ==
        Error::Kind::unavailable) {  // ours, from before an upgrade: the next one takes its place
        say_(to_string(error));
        return false;
    }
    state_refused_ = true;
    say_(to_string(error) + "; it is left alone, and nothing is saved there");
    return false;
}

// All that the history has, or what it has from after the saved state.
void CarryOver::learn_from_history(watch::Session& session, std::optional<nanoseconds> after) {
    const store::HistoryWriter* writer = recorder_ ? recorder_->writer() : nullptr;
    if (writer == nullptr) return;
    auto reader = store::HistoryReader::open(options_.history->place.directory, writer->target());
    if (!reader) return;
    auto looks = reader->looks();
    if (!looks) return;
    watch::Output output;
    while (true) {
        const auto record = (*looks)->next();
        if (!record) {
            say_("the history was read only in part: " + to_string(record.error()));
            break;
        }
        if (!record->has_value()) break;
        if (after && begin_of((*record)->look) <= *after) continue;
        session.tell(fact_of(**record, options_.target), output);
        output = {};
    }
    session.expect(options_.target);
}

// Of the life in hand: what the stacks of later dumps have grown since.
void CarryOver::adopt_baseline(watch::Session& session) {
    const store::HistoryWriter* writer = recorder_ ? recorder_->writer() : nullptr;
    if (writer == nullptr) return;
    auto reader = store::HistoryReader::open(options_.history->place.directory, writer->target());
    if (!reader) return;
    const auto recorded = reader->first_dump(writer->life());
    if (!recorded || !*recorded) return;
    auto dump = store::read_dump((*recorded)->json);
    if (!dump) return;
    dump->mono = (*recorded)->mono;
    dump->life = who_;
    session.adopt_baseline(0, std::make_shared<const Dump>(std::move(*dump)));
    has_baseline_ = true;
}

void CarryOver::teach(watch::Session& session) {
    const auto known = restore(session) ? std::optional(state_->last_mono) : std::nullopt;
    learn_from_history(session, known);
    adopt_baseline(session);
    state_.reset();
    open_keeper();
}

void CarryOver::open_keeper() {
    if (state_path_.empty() || state_refused_) return;
    keeper_.emplace(state_path_,
                    store::SavedState{.boot_id = who_.boot_id,
                                      .pid = who_.pid,
                                      .start_ticks = who_.start_ticks,
                                      .life = life_,
                                      .shift = shift_},
                    options_.target, say_);
}

void CarryOver::go_on(const Life& who, LifeNumber life, const watch::Session& session) {
    who_ = who;
    life_ = life;
    if (recorder_) {
        recorder_->end("its next life began");
        recorder_.emplace(*options_.history, say_);
        recorder_->open(who, boot_now(), wall_now());
        recorder_->set_clock(shift_, life);
    }
    if (keeper_) keeper_->end(session);
    open_keeper();
}

std::vector<watch::Listener*> CarryOver::listeners() {
    std::vector<watch::Listener*> listeners;
    if (recorder_) listeners.push_back(&*recorder_);
    if (keeper_) listeners.push_back(&*keeper_);
    return listeners;
}

void CarryOver::note_drill() {
    const store::HistoryWriter* writer = recorder_ ? recorder_->writer() : nullptr;
    if (writer == nullptr) return;
    if (const auto noted = store::note_drill(writer->path(), wall_now()); !noted)
        say_(to_string(noted.error()) + "; the drill will not be in the mail");
}

void CarryOver::end(const watch::Session& session, const std::string& reason) {
    if (keeper_) keeper_->end(session);
    if (!recorder_) return;
    recorder_->end(reason);
    if (recorder_->missing() > 0)
        say_(fmt::format("{} samples are missing in the history", recorder_->missing()));
}

}  // namespace rampwatch::listen
