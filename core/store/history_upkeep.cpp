// SPDX-License-Identifier: MIT
#include "core/store/history_upkeep.h"

#include <utility>

#include "core/base/poller.h"
#include "core/store/history_thin.h"

namespace rampwatch::store {
namespace {

using namespace std::chrono_literals;

constexpr auto kBetweenCheckpoints = 5min;  // where fewer commits come than make one due
constexpr auto kBetweenThinnings = 10min;
constexpr auto kPause = 5ms;  // between two steps of thinning, for the writer to get in
constexpr auto kPatience = 2s;

}  // namespace

HistoryWriter::Upkeep::Upkeep(std::string path, const Retention& keep, bool once)
    : path_(std::move(path)), keep_(keep) {
    if (!once) {
        thread_ = std::jthread([this](const std::stop_token& stop) { live(stop); });
        return;
    }
    auto database = open_again(path_, kPatience);
    const auto worked = database ? work(*database, true, {}) : Result<void>(database.error());
    if (!worked) error_ = worked.error();
}

void HistoryWriter::Upkeep::checkpoint_soon() {
    const std::lock_guard lock(mutex_);
    due_ = true;
    wake_.notify_one();
}

std::optional<Error> HistoryWriter::Upkeep::error() const {
    const std::lock_guard lock(mutex_);
    return error_;
}

void HistoryWriter::Upkeep::live(const std::stop_token& stop) {
    std::optional<Database> database;
    auto next_thinning = boot_now() + 1min;  // a watch that has just begun has other things to do
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, kBetweenCheckpoints, [this] { return due_; });
            due_ = false;
        }
        if (stop.stop_requested()) return;
        if (!database) {
            auto opened = open_again(path_, kPatience);
            const std::lock_guard lock(mutex_);
            error_ = opened ? std::nullopt : std::optional(opened.error());
            if (!opened) continue;
            database.emplace(std::move(*opened));
        }
        const bool thin = boot_now() >= next_thinning;
        const auto worked = work(*database, thin, stop);
        if (thin) next_thinning = boot_now() + kBetweenThinnings;
        const std::lock_guard lock(mutex_);
        error_ = worked ? std::nullopt : std::optional(worked.error());
    }
}

Result<void> HistoryWriter::Upkeep::work(Database& database, bool thin, const std::stop_token& stop) {
    while (thin && !stop.stop_requested()) {
        const auto more = thin_step(database, keep_);
        if (!more) return more.error();
        if (!*more) break;
        std::this_thread::sleep_for(kPause);
    }
    return database.run("PRAGMA wal_checkpoint(PASSIVE)");
}

}  // namespace rampwatch::store
