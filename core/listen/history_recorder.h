// SPDX-License-Identifier: MIT
// Writes what a watch sees into the target's history, and goes on without when it cannot.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/base/say.h"
#include "core/store/history_writer.h"
#include "core/watch/loop.h"

namespace rampwatch::listen {

class HistoryRecorder final : public watch::Listener {
  public:
    static constexpr std::size_t kMostWaiting = 4096;  // looks that wait for a history that cannot be written

    // Says what stands in the way, once, and when it is gone.
    HistoryRecorder(store::HistorySettings settings, Say say)
        : settings_(std::move(settings)), say_(std::move(say)) {}

    // Before the first Event. Where it fails, it is tried again every few seconds.
    void open(const Life& who, std::chrono::nanoseconds mono, std::chrono::nanoseconds wall);
    [[nodiscard]] const store::HistoryWriter* writer() const { return writer_.get(); }  // null without one
    // What the Events' own times and life numbers are against CLOCK_BOOTTIME and the first life.
    void set_clock(std::chrono::nanoseconds shift, LifeNumber life);

    void on_event(const Event& event, const watch::Session& session) override;

    // A clean stop.
    void end(const std::string& reason);

    [[nodiscard]] std::int64_t missing() const { return missing_; }  // looks that are not in it

  private:
    struct Item {  // one of many that wait: as small as may be
        Event::Kind kind = Event::Kind::sample;
        LifeNumber life = 1;
        std::chrono::nanoseconds mono{}, wall{};
        std::optional<Sample> sample{};
        std::optional<Ending> ending{};
        std::shared_ptr<const Dump> dump{};
        std::string json{};
    };

    void enqueue(Item item);
    void flush();
    void try_open();
    Result<void> write(const Item& item);
    Result<void> write_all();
    void failed(const Error& error);
    void healed();
    void note_upkeep();

    store::HistorySettings settings_;
    Say say_;
    Life who_{};
    std::unique_ptr<store::HistoryWriter> writer_{};
    std::chrono::nanoseconds shift_{};  // of the Events
    LifeNumber life_ = 1;               // of the Events, where the writer's is that of its own
    std::deque<Item> waiting_{};
    std::chrono::nanoseconds next_try_{};
    std::optional<std::chrono::nanoseconds> stuck_since_{};
    bool told_ = false;
    bool upkeep_told_ = false;
    std::int64_t missing_ = 0;
    std::int64_t missing_told_ = 0;
};

}  // namespace rampwatch::listen
