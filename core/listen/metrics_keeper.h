// SPDX-License-Identifier: MIT
// A watch as metrics: in a file for node_exporter's textfile collector or `rampwatch serve`, or behind a
// port.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/say.h"
#include "core/prometheus/metrics.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

// As typed, and what they are told of us.
struct MetricsOptions {
    std::optional<std::string> textfile{}, listen{};
    std::string version{};  // ours
};

// What /-/healthy has to say: empty, or that no look was taken for three intervals, at least 15 s.
std::string health_trouble(std::chrono::nanoseconds since_look, std::chrono::nanoseconds interval);

// Replaces the file, at most every 5 s and whenever something happens, and removes it at its own end. The
// server's threads see what was last made, under a lock.
class MetricsKeeper final : public watch::Listener {
  public:
    // Empty where neither is asked for. `target`: what it goes by, "nginx.service"; `interval`: between its
    // looks. Errors: of the server, and of a file that cannot be written.
    static Result<std::unique_ptr<MetricsKeeper>> open(const MetricsOptions& options, std::string target,
                                                       std::chrono::nanoseconds interval, Say say);
    ~MetricsKeeper() override;

    void on_event(const Event& event, const watch::Session& session) override;

    // To be called where looks are taken, also where there was nothing to be looked at.
    void alive(std::chrono::nanoseconds boot) { looked_ = boot; }

    // Claims a leak of the main process until then, for an exercise.
    void drill(std::chrono::nanoseconds until, const watch::Session& session);

    [[nodiscard]] int port() const { return server_ ? server_->port() : 0; }

  private:
    MetricsKeeper(std::string target, std::chrono::nanoseconds interval, Say say);
    void learn(const Event& event);
    void publish(const watch::Session& session);
    Result<void> write(const std::vector<prometheus::Family>& families) const;

    Say say_;
    std::chrono::nanoseconds interval_;
    std::atomic<std::chrono::nanoseconds> looked_;  // CLOCK_BOOTTIME
    std::string path_{};
    prometheus::Snapshot snapshot_{};
    std::map<TargetId, prometheus::TargetFigures> targets_{};
    std::optional<std::chrono::nanoseconds> published_{};
    std::optional<std::chrono::nanoseconds> drill_until_{};
    bool trouble_told_ = false;
    std::mutex mutex_{};
    std::vector<prometheus::Family> families_{};    // guarded by mutex_
    std::unique_ptr<prometheus::Server> server_{};  // destroyed first: its threads use those above
};

}  // namespace rampwatch::listen
