// SPDX-License-Identifier: MIT
// Finds the service or the tree that is to be watched, and waits for it where that was asked for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/options/service_options.h"
#include "core/base/error.h"
#include "core/base/say.h"
#include "core/follow/lead_feed.h"
#include "core/follow/unit_feed.h"
#include "core/model/target.h"
#include "core/systemd/notify.h"

namespace rampwatch::cli {

class ServiceSearch {
  public:
    // Of the watch that searches; all outlives the search.
    struct Watch {
        std::string name{};  // of what is searched, for people
        Say say{};
        systemd::Notify& notify;
        bool by_manager = false;  // started by the service manager, which waits for READY
        bool quiet = false;
        int signals_fd = -1;
        std::function<bool()> is_interrupted{};
        std::function<void()> flush{};  // of our outputs
    };

    ServiceSearch(const ServiceSettings& service, Watch watch)
        : service_(service), watch_(std::move(watch)) {}

    // The unit, or the root of the tree. Errors: not_found, bad_input; timed_out where a signal came
    // meanwhile.
    [[nodiscard]] std::optional<Error> find();
    // Until the unit runs; false when interrupted. READY is told before: a service that is down is no reason
    // for our start to hang.
    [[nodiscard]] bool await_unit();
    // Of the main process, once it has become its program; empty where it ended.
    [[nodiscard]] std::optional<Life> first_life();

    // Of what find() found: empty for a tree, or where nothing leads it again and again.
    [[nodiscard]] std::optional<follow::UnitFeed>& unit() { return unit_; }
    [[nodiscard]] const std::optional<follow::UnitFeed>& unit() const { return unit_; }
    [[nodiscard]] std::optional<follow::LeadFeed>& lead() { return lead_; }
    [[nodiscard]] std::int32_t root() const { return root_; }  // of the tree
    [[nodiscard]] bool is_down() const {
        return unit_ && unit_->state().main_pid == 0 && unit_->state().control_group.empty();
    }

  private:
    [[nodiscard]] std::optional<Error> open_unit();
    [[nodiscard]] std::optional<Error> find_unit();
    [[nodiscard]] std::optional<Error> find_tree();
    void pause(std::chrono::nanoseconds until);

    const ServiceSettings& service_;
    Watch watch_;
    std::optional<follow::UnitFeed> unit_{};
    std::optional<follow::LeadFeed> lead_{};
    std::int32_t root_ = 0;
};

}  // namespace rampwatch::cli
