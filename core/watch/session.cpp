// SPDX-License-Identifier: MIT
#include "core/watch/session.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/archive.h"
#include "core/watch/session_state.h"

namespace rampwatch::watch {

Session::Session(const Settings& settings) : state_(std::make_unique<State>(settings)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

void Session::tell(const Fact& fact, Output& output) {
    std::visit([&](const auto& one) { state_->apply(one, output); }, fact);
    if (auto request = state_->dumps.next(state_->now)) {
        request->onset_wall = state_->onset_wall_of(*request);
        output.requests.push_back(*request);
    }
}

Output Session::tell(const Fact& fact) {
    Output output;
    tell(fact, output);
    return output;
}

std::vector<std::byte> Session::save(TargetId target) const {
    SessionTarget* found = state_->find(target);
    if (found == nullptr) return {};
    StateWriter writer;
    writer(found->episode);
    if (state_->service && target == kSumTarget) writer(*state_->service);
    std::vector<std::byte> bytes = writer.release();
    const auto judge = found->judge.save();
    bytes.insert(bytes.end(), judge.begin(), judge.end());
    return bytes;
}

Result<void> Session::restore(TargetId target, std::span<const std::byte> bytes, LifeNumber life) {
    Episode episode(state_->settings.judge.patience);
    StateReader reader(bytes);
    reader(episode);
    std::optional<ServiceVoice> service;
    if (state_->service && target == kSumTarget) {
        reader(service.emplace(state_->settings.judge));
        if (!service->is_of_service())
            return Error{Error::Kind::bad_input, "saved state: of a main process alone, not of a service", "",
                         "what it knew is learned anew"};
    }
    if (reader.failed() || !episode.sound() || (service && !service->sound()))
        return Error{Error::Kind::bad_input, "saved state: damaged", "", "remove it to start over"};
    auto judge = trend::Judge::load(reader.rest(), state_->settings.judge);
    if (!judge) return judge.error();
    SessionTarget* found = state_->admit(target);
    if (found == nullptr) return {};
    found->last_look = judge->verdict().now;
    found->judge = std::move(*judge);
    found->episode = episode;
    if (service) state_->service = *service;
    found->life = life;
    found->expected = true;
    state_->now = std::max(state_->now, *found->last_look);
    return {};
}

void Session::expect(TargetId target) {
    if (SessionTarget* found = state_->find(target)) found->expected = true;
}

void Session::adopt_baseline(TargetId target, std::shared_ptr<const Dump> baseline) {
    SessionTarget* found = state_->find(target);
    if (found == nullptr || !baseline) return;
    found->dumps.adopt(std::move(baseline));
}

Verdict Session::verdict(TargetId target) const {
    const SessionTarget* found = state_->find(target);
    if (found == nullptr) return {};
    return state_->verdict_of(target, *found);
}

std::int64_t Session::verdicts_made() const {
    return state_->made + (state_->service ? state_->service->verdicts_made() : 0);
}

std::shared_ptr<const Dump> Session::newest_dump(TargetId target) const {
    const SessionTarget* found = state_->find(target);
    return found == nullptr ? nullptr : found->dumps.newest();
}

}  // namespace rampwatch::watch
