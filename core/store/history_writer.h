// SPDX-License-Identifier: MIT
// What a watch writes down of its target, look by look.
//
// Each look is one small commit of the caller's own (WAL, synchronous NORMAL: no fsync); checkpoints and
// thinning run in a thread, since a checkpoint waits for the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/error.h"
#include "core/base/fd.h"
#include "core/model/sample.h"
#include "core/model/stack.h"
#include "core/model/target.h"
#include "core/store/history_place.h"
#include "core/store/history_schema.h"

namespace rampwatch::store {

// How it is watched: a report judges it the same way, and knows when it should have heard of it again.
struct Watching {
    bool one_shot = false;  // single samples, by whoever calls: cron
    std::chrono::nanoseconds interval{};
    std::chrono::nanoseconds patience{};
    std::optional<std::int64_t> min_growth_bytes{};
    std::int64_t min_count = 0;
    bool whole = false;  // all processes of a service together; else one process, of a service the main one
};

struct HistorySettings {
    HistoryPlace place{};
    std::string target{};
    Watching watching{};
    Retention keep{};
};

class HistoryWriter {
  public:
    // Goes on with the life in hand where this very process was the last one recorded, else begins the next.
    // A target that another process writes goes by its name and a number ("nginx-2"). Errors: as of
    // lock_target(), make_place() and open_history().
    static Result<std::unique_ptr<HistoryWriter>> open(const HistorySettings& settings, const Life& who,
                                                       std::chrono::nanoseconds mono,
                                                       std::chrono::nanoseconds wall);
    ~HistoryWriter();

    [[nodiscard]] const std::string& target() const { return target_; }
    [[nodiscard]] const std::string& path() const;
    // The history's clock less CLOCK_BOOTTIME; all times below are on the history's clock.
    [[nodiscard]] std::chrono::nanoseconds shift() const { return shift_; }
    [[nodiscard]] LifeNumber life() const { return life_; }

    // Error timed_out: somebody holds the database just now, and the same may succeed later. A look at a time
    // that is there already is dropped.
    Result<void> add(const Sample& sample, LifeNumber life);
    Result<void> add_event(std::string_view kind, std::string_view json, LifeNumber life,
                           std::chrono::nanoseconds mono, std::chrono::nanoseconds wall);
    Result<void> add_dump(const Dump& dump, std::string_view json, LifeNumber life,
                          std::chrono::nanoseconds mono);
    Result<void> end_life(LifeNumber life, const Ending& ending, std::chrono::nanoseconds mono,
                          std::chrono::nanoseconds wall);
    // A clean stop: nobody is to miss further samples.
    Result<void> end_watch(std::string_view reason, std::chrono::nanoseconds wall);

    // Several of the above in one commit.
    Result<void> begin();
    Result<void> commit();
    void rollback();

    // What checkpoints and thinning said last, if they failed.
    [[nodiscard]] std::optional<Error> upkeep_error() const;

  private:
    class Upkeep;

    HistoryWriter(std::string target, TargetLock lock, Database database);
    Result<void> settle_clock(const std::string& boot_id, std::chrono::nanoseconds mono,
                              std::chrono::nanoseconds wall);
    Result<void> settle_life(const Life& who, bool whole, std::chrono::nanoseconds mono,
                             std::chrono::nanoseconds wall);
    Result<void> settle_watch(const HistorySettings& settings, std::chrono::nanoseconds mono,
                              std::chrono::nanoseconds wall);
    Result<void> describe(const HistorySettings& settings);

    std::string target_;
    TargetLock lock_;  // let go after the database is closed
    Database database_;
    std::chrono::nanoseconds shift_{};
    LifeNumber life_ = 1;
    std::int64_t watch_ = 0;
    Statement insert_sample_{};
    int commits_ = 0;
    std::unique_ptr<Upkeep> upkeep_{};
};

}  // namespace rampwatch::store
