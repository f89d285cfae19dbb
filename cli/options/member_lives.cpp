// SPDX-License-Identifier: MIT
#include "cli/options/member_lives.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/console/exit.h"
#include "core/probe/process.h"
#include "core/probe/service_group.h"
#include "core/probe/tree.h"
#include "core/systemd/unit_follower.h"
#include "core/systemd/unit_name.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostMembers = 512;

Result<std::vector<std::int32_t>> pids_of_unit(const std::string& unit) {
    auto follower = systemd::UnitFollower::open(unit);
    if (!follower) return placed(follower.error(), unit);
    const systemd::UnitState& state = follower->state();
    if (!state.exists) return systemd::no_such_unit(unit, follower->near_names());
    auto pids = probe::cgroup_processes(state.control_group, {}, kMostMembers);
    const auto main = std::find(pids.begin(), pids.end(), state.main_pid);
    if (main != pids.end()) std::rotate(pids.begin(), main, main + 1);
    if (pids.empty() && state.main_pid > 0) pids.push_back(state.main_pid);
    if (pids.empty())
        return Error{Error::Kind::not_found, "it has no processes now", unit,
                     fmt::format("systemctl status {}", unit)};
    return pids;
}

Result<std::vector<std::int32_t>> pids_of_tree(std::int32_t root) {
    auto pids = probe::process_tree(root, {}, kMostMembers);
    if (pids.empty())
        return Error{Error::Kind::not_found, "no such process", fmt::format("PID {}", root), {}};
    std::sort(pids.begin() + 1, pids.end());
    return pids;
}

}  // namespace

Result<std::vector<Life>> member_lives(const ServiceSettings& service) {
    auto pids = service.unit.empty() ? pids_of_tree(service.tree) : pids_of_unit(service.unit);
    if (!pids) return pids.error();
    std::erase(*pids, static_cast<std::int32_t>(::getpid()));
    std::vector<Life> lives;
    for (const std::int32_t pid : *pids) {
        const auto process = probe::Process::open(pid);
        Life life;
        life.pid = pid;
        if (process) life = process->life();
        if (!service.unit.empty()) life.unit = service.unit;
        lives.push_back(std::move(life));
    }
    if (lives.empty()) return names_ourselves(service.unit.empty() ? "--tree" : service.unit);
    return lives;
}

}  // namespace rampwatch::cli
