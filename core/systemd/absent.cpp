// SPDX-License-Identifier: MIT
// All of this room where libsystemd was left out: nobody to tell, nobody to ask.
#include "core/systemd/journal.h"
#include "core/systemd/notify.h"
#include "core/systemd/unit_follower.h"

namespace rampwatch::systemd {

Notify::Notify() = default;
void Notify::send(const std::string&) const {}
void Notify::ready() {}
void Notify::stopping() {}
void Notify::status(const std::string&) {}
void Notify::alive(std::chrono::nanoseconds) {}
bool is_service() { return false; }

bool goes_to_journal() { return false; }
bool send(const Entry&) { return false; }

struct UnitFollower::State {
    UnitState told{};
    std::string unit{};
};
bool is_up(const UnitState&) { return false; }
UnitFollower::UnitFollower(std::unique_ptr<State> state) : state_(std::move(state)) {}
UnitFollower::UnitFollower(UnitFollower&&) noexcept = default;
UnitFollower& UnitFollower::operator=(UnitFollower&&) noexcept = default;
UnitFollower::~UnitFollower() = default;
Result<UnitFollower> UnitFollower::open(std::string) {
    return Error{Error::Kind::unavailable,
                 "this rampwatch was built without libsystemd",
                 {},
                 "watch its PID, or --pidfile"};
}
const std::string& UnitFollower::unit() const { return state_->unit; }
int UnitFollower::fd() const { return -1; }
std::optional<std::chrono::nanoseconds> UnitFollower::deadline() const { return std::nullopt; }
bool UnitFollower::process() { return false; }
const UnitState& UnitFollower::state() const { return state_->told; }
bool UnitFollower::connected() const { return false; }
std::vector<std::string> UnitFollower::near_names() { return {}; }

}  // namespace rampwatch::systemd
