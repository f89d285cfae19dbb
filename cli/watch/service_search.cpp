// SPDX-License-Identifier: MIT
#include "cli/watch/service_search.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/console/exit.h"
#include "core/base/poller.h"
#include "core/follow/process_set.h"
#include "core/probe/process.h"
#include "core/systemd/unit_name.h"

namespace rampwatch::cli {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

namespace {

constexpr nanoseconds kAskBusAgain = 5s;

Error interrupted(const std::string& where) { return {Error::Kind::timed_out, "interrupted", where, {}}; }

}  // namespace

// Waits for a signal or the unit's news.
void ServiceSearch::pause(nanoseconds until) {
    watch_.notify.alive(boot_now());
    if (const auto span = watch_.notify.watchdog()) until = std::min(until, boot_now() + *span / 4);
    watch_.flush();
    Poller poller;
    poller.add(watch_.signals_fd);
    if (unit_) {
        poller.add(unit_->fd());
        until = std::min(until, unit_->deadline().value_or(until));
    }
    poller.wait(until);
}

std::optional<Error> ServiceSearch::find() { return service_.unit.empty() ? find_tree() : find_unit(); }

// The manager's own instance waits for the bus.
std::optional<Error> ServiceSearch::open_unit() {
    bool warned = false;
    while (true) {
        auto follower = systemd::UnitFollower::open(service_.unit);
        if (follower) {
            unit_.emplace(std::move(*follower), service_.linger);
            return std::nullopt;
        }
        const Error error = placed(follower.error(), service_.unit);
        if (!watch_.by_manager || error.kind == Error::Kind::bad_input) return error;
        if (!std::exchange(warned, true)) watch_.say(to_string(error) + "; it is tried again");
        watch_.notify.status("the system bus cannot be reached; trying again");
        const nanoseconds until = boot_now() + kAskBusAgain;
        while (boot_now() < until) {
            pause(until);
            if (watch_.is_interrupted()) return interrupted(service_.unit);
        }
    }
}

// There has to be such a unit, unless --wait says that it may come.
std::optional<Error> ServiceSearch::find_unit() {
    if (auto error = open_unit()) return error;
    if (unit_->state().exists) return std::nullopt;
    const Error error = systemd::no_such_unit(service_.unit, unit_->near_names());
    if (!service_.wait) return error;
    watch_.say(to_string(error) + "; waiting for it");
    return std::nullopt;
}

// Where the root of the tree is looked for by its name, with --wait until it appears.
std::optional<Error> ServiceSearch::find_tree() {
    root_ = service_.tree;
    if (service_.sought) {
        const Sought sought = *service_.sought;
        lead_.emplace([sought] { return find_now(sought); });
        for (bool told = false; (root_ = find_now(sought).value_or(0)) == 0; pause(boot_now() + 200ms)) {
            if (!service_.wait)
                return Error{Error::Kind::not_found, "not exactly one process matches", watch_.name,
                             "--wait waits until there is one"};
            if (!std::exchange(told, true) && !watch_.quiet) watch_.say("waiting for " + watch_.name);
            if (watch_.is_interrupted()) return interrupted(watch_.name);
        }
    }
    if (root_ == ::getpid()) return names_ourselves("--tree");
    const auto process = probe::Process::open(root_);
    return process ? std::nullopt : std::optional(process.error());
}

bool ServiceSearch::await_unit() {
    watch_.notify.ready();
    bool told = false;
    while (is_down()) {
        watch_.notify.status("waiting for " + service_.unit +
                             (unit_->state().exists ? " to start" : ", which does not exist"));
        if (!std::exchange(told, true) && !watch_.by_manager && !watch_.quiet)
            watch_.say("waiting for " + service_.unit + " to start");
        pause(boot_now() + 10s);
        std::vector<Fact> none;
        unit_->collect(none);
        if (watch_.is_interrupted()) return false;
    }
    return true;
}

std::optional<Life> ServiceSearch::first_life() {
    constexpr int kMostTries = 250;
    for (int tries = 0; tries < kMostTries; ++tries) {
        const auto process = probe::Process::open(unit_ ? unit_->state().main_pid : root_);
        if (!process) return std::nullopt;
        if (!unit_ || !follow::is_on_its_way(process->life())) {
            Life life = process->life();
            if (unit_) life.unit = service_.unit;
            return life;
        }
        pause(boot_now() + 20ms);
    }
    return std::nullopt;
}

}  // namespace rampwatch::cli
