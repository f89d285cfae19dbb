// SPDX-License-Identifier: MIT
#include "core/listen/state_keeper.h"

#include <utility>

#include "core/base/poller.h"

namespace rampwatch::listen {

using namespace std::chrono_literals;

StateKeeper::StateKeeper(const std::string& path, store::SavedState head, TargetId target, Say say)
    : file_(path, 0600), head_(std::move(head)), target_(target), say_(std::move(say)) {}

void StateKeeper::on_event(const Event& event, const watch::Session& session) {
    if (event.kind != Event::Kind::sample || !event.sample) return;
    head_.life = event.life;
    head_.last_mono = event.mono;
    head_.last_wall = event.wall;
    const auto now = boot_now();
    if (now < next_) return;
    next_ = now + 1min;
    save(session);
    tell_trouble();
}

void StateKeeper::save(const watch::Session& session) {
    head_.learned = session.save(target_);
    const auto bytes = store::bytes_of(head_);
    file_.put({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void StateKeeper::tell_trouble() {
    const auto trouble = file_.trouble();
    if (trouble && !told_) say_("the state is not saved: " + to_string(*trouble) + "; the watch goes on");
    if (!trouble && told_) say_("the state is saved again");
    told_ = trouble.has_value();
}

void StateKeeper::end(const watch::Session& session) {
    if (head_.last_mono.count() > 0) save(session);
    file_.finish();
    tell_trouble();
}

}  // namespace rampwatch::listen
