// SPDX-License-Identifier: MIT
#include "core/watch/loop.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

namespace rampwatch::watch {
namespace {

using std::chrono::nanoseconds;

constexpr auto kSpins =
    "this watch turns all the time for nothing, which is a fault of rampwatch; it rests between its turns "
    "now. "
    "Please report it";

bool is_look(const Fact& fact) {
    return std::holds_alternative<fact::Sampled>(fact) || std::holds_alternative<fact::Bucketed>(fact) ||
           std::holds_alternative<fact::Missed>(fact);
}

nanoseconds& mono_of(Fact& fact) {
    return std::visit(
        [](auto& one) -> nanoseconds& {
            using One = std::decay_t<decltype(one)>;
            if constexpr (std::is_same_v<One, fact::Sampled>) {
                return one.sample.mono;
            } else if constexpr (std::is_same_v<One, fact::Bucketed>) {
                return one.bucket.mono;
            } else {
                return one.mono;
            }
        },
        fact);
}

// A dump has the time at which it was begun, beside that of its Fact.
void shift_clock(Fact& fact, nanoseconds shift) {
    mono_of(fact) += shift;
    auto* done = std::get_if<fact::DumpDone>(&fact);
    if (done != nullptr && done->dump) done->dump->mono += shift;
}

}  // namespace

Loop::Loop(Session& session, std::vector<Feed*> feeds, std::vector<Listener*> listeners, nanoseconds shift)
    : session_(session), feeds_(std::move(feeds)), listeners_(std::move(listeners)), shift_(shift) {}

void Loop::run(const std::function<LoopState()>& state) {
    while (true) {
        const LoopState now = state();
        if (now == LoopState::stop) return;
        if (now == LoopState::drain && !is_owed()) return;
        turn(now == LoopState::drain);
    }
}

bool Loop::is_owed() const {
    return std::any_of(feeds_.begin(), feeds_.end(), [](const Feed* feed) { return feed->busy(); });
}

void Loop::turn(bool draining) {
    poller_.clear();
    deadlines_.clear();
    polled_.clear();
    for (Feed* feed : feeds_) {
        feed->parts(polled_);
        polled_.push_back(feed);
    }
    std::optional<nanoseconds> soonest;
    for (const Feed* feed : polled_) {
        poller_.add(feed->fd());
        // Asked once: what woke the poll is what is compared below, or a deadline that moves is never met.
        const auto& deadline = deadlines_.emplace_back(feed->deadline());
        if (deadline && (!soonest || *deadline < *soonest)) soonest = deadline;
    }
    poller_.wait(soonest);
    const nanoseconds now = boot_now();
    facts_.clear();
    for (std::size_t at = 0; at < polled_.size(); ++at) {
        const bool due = deadlines_[at] && *deadlines_[at] <= now;
        if (poller_.ready(at) || due) polled_[at]->collect(facts_);
    }
    for (const Fact& fact : facts_) {
        if (!draining || !is_look(fact)) tell(fact);
    }
    if (spin_.turned(now, !facts_.empty()) && on_spin) on_spin(kSpins);
    if (spin_.rest() > nanoseconds{}) std::this_thread::sleep_for(spin_.rest());
}

void Loop::tell(const Fact& fact) {
    std::vector<Fact> answers = {fact};
    while (!answers.empty()) {
        Fact next = std::move(answers.back());
        answers.pop_back();
        shift_clock(next, shift_);
        output_.events.clear();
        output_.requests.clear();
        session_.tell(next, output_);
        for (const Event& event : output_.events) {
            for (Listener* listener : listeners_) listener->on_event(event, session_);
        }
        for (const Request& request : output_.requests) perform(request, answers);
    }
}

// What no Feed takes on is answered here, so that the Session never waits for nobody.
void Loop::perform(const Request& request, std::vector<Fact>& answers) {
    for (Feed* feed : feeds_) {
        if (feed->perform(request)) return;
    }
    if (request.kind != Request::Kind::dump) return;
    answers.emplace_back(
        fact::DumpDone{.request = request.id,
                       .dump = Error{Error::Kind::unavailable, "this watch takes no dumps", {}, {}},
                       .mono = boot_now(),
                       .wall = wall_now()});
}

}  // namespace rampwatch::watch
