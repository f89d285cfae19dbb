// SPDX-License-Identifier: MIT
// What a watch remembers of earlier ones and leaves for later ones: the history, and the saved state.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/base/say.h"
#include "core/listen/history_recorder.h"
#include "core/listen/state_keeper.h"
#include "core/store/history_writer.h"
#include "core/store/state.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

struct CarryOverOptions {
    std::optional<store::HistorySettings> history{};
    std::optional<std::string> state_path{};  // default: beside the history
    TargetId target = 0;                      // of the session, that is remembered
};

class CarryOver {
  public:
    CarryOver(CarryOverOptions options, Say say) : options_(std::move(options)), say_(std::move(say)) {}

    // Opens what there is of `who`; what is in the way is said, and the watch goes on without.
    void open(const Life& who);

    // Of the watch that begins: its clock less CLOCK_BOOTTIME, and the number of the life in hand.
    [[nodiscard]] std::chrono::nanoseconds shift() const { return shift_; }
    [[nodiscard]] LifeNumber life() const { return life_; }

    // The session goes on from the saved state, else from what the history has.
    void teach(watch::Session& session);

    // The same target goes on in its next life, which the session knows already.
    void go_on(const Life& who, LifeNumber life, const watch::Session& session);

    // Where the state is saved, for what is kept beside it; empty where none is.
    [[nodiscard]] std::string state_path() const { return state_refused_ ? "" : state_path_; }

    // Is there a dump of the life in hand for later ones to be compared with?
    [[nodiscard]] bool has_baseline() const { return has_baseline_; }
    [[nodiscard]] const store::HistoryWriter* writer() const {
        return recorder_ ? recorder_->writer() : nullptr;
    }

    std::vector<watch::Listener*> listeners();
    void end(const watch::Session& session, const std::string& reason);

    // Beside the history, for the next report that is mailed; without a history, nothing.
    void note_drill();

  private:
    void read_state();
    void settle_clock(std::chrono::nanoseconds mono, std::chrono::nanoseconds wall);
    [[nodiscard]] bool is_same_process(const store::SavedState& state) const;
    bool restore(watch::Session& session);
    void open_keeper();
    void learn_from_history(watch::Session& session, std::optional<std::chrono::nanoseconds> after);
    void adopt_baseline(watch::Session& session);

    CarryOverOptions options_;
    Say say_;
    Life who_{};
    std::optional<HistoryRecorder> recorder_{};
    std::optional<StateKeeper> keeper_{};
    std::string state_path_{};  // empty: none is saved
    std::optional<store::SavedState> state_{};
    bool has_baseline_ = false;
    bool state_refused_ = false;    // there, and not ours to replace
    bool state_is_beside_ = false;  // beside a history, which has all of it
    std::chrono::nanoseconds shift_{};
    LifeNumber life_ = 1;
};

}  // namespace rampwatch::listen
