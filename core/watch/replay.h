// SPDX-License-Identifier: MIT
// A Source into a Session; pure.
#pragma once

#include <functional>
#include <memory>

#include "core/base/error.h"
#include "core/model/event.h"
#include "core/model/source.h"
#include "core/model/verdict.h"
#include "core/watch/session.h"

namespace rampwatch::watch {

// Both may be empty. `event`: what a live watch of these samples would have told, but for the samples
// themselves, and at the time at which it would have. `record`: each look, before it is judged.
struct ReplayListener {
    std::function<void(const Event&)> event{};
    std::function<void(const Record&)> record{};
};

// Looks pushed one by one, where a recording holds several targets: one Replayer each. Its memory is that of
// one Session. `listener` must outlive it.
class Replayer {
  public:
    Replayer(Settings settings, const ReplayListener& listener);
    ~Replayer();
    Replayer(Replayer&&) noexcept;
    Replayer& operator=(Replayer&&) noexcept;

    void play(const Record& record);
    [[nodiscard]] Verdict verdict() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

// One look at a time: a recording of any length is judged in the memory of one Session. Its requests are
// nobody's here, so that nothing asks for dumps. The verdict is the live watch's, given the same settings,
// the same samples and no earlier state. The source's error is passed on.
Result<Verdict> replay(Source& source, Settings settings, const ReplayListener& listener = {});

}  // namespace rampwatch::watch
