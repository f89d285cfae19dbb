// SPDX-License-Identifier: MIT
// What a service is doing, as its manager tells it over the system bus: sd-bus(3). After open() nothing here
// waits: properties are asked for when the manager says that they changed, when it was replaced, and every
// few minutes besides. A bus that went away is tried again every few seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace rampwatch::systemd {

struct UnitState {
    bool exists = false;          // there is a unit file, or a unit that runs, of this name
    std::string active{};         // "active", "reloading", "activating", "deactivating", "inactive", "failed"
    std::int32_t main_pid = 0;    // 0: there is none now
    std::string control_group{};  // "/system.slice/nginx.service"; empty while it has none
    std::string result{};         // of the last run: "success", "oom-kill", "signal", "exit-code", ...
    std::uint32_t restarts = 0;   // by Restart=, since it was last started by hand

    friend bool operator==(const UnitState&, const UnitState&) = default;
};

// It runs, or is on its way up or down: not inactive, not failed.
bool is_up(const UnitState& state);

class UnitFollower {
  public:
    // `unit` as of service_name(). Waits up to 5 s for the first answer. Errors: unavailable (no system bus,
    // nobody answers, built without libsystemd), no_permission.
    static Result<UnitFollower> open(std::string unit);
    UnitFollower(UnitFollower&&) noexcept;
    UnitFollower& operator=(UnitFollower&&) noexcept;
    ~UnitFollower();

    [[nodiscard]] const std::string& unit() const;
    [[nodiscard]] int fd() const;                                            // -1 while there is no bus
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const;  // CLOCK_BOOTTIME
    // Reads what came and sends what is due. True when the state may have changed.
    bool process();
    [[nodiscard]] const UnitState& state() const;
    [[nodiscard]] bool connected() const;

    // Names of services that are like this one, nearest first, at most 3. Waits up to 10 s.
    std::vector<std::string> near_names();

  private:
    struct State;
    explicit UnitFollower(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace rampwatch::systemd
