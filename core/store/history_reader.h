// SPDX-License-Identifier: MIT
// A target's history read back, without writing a byte of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/source.h"
#include "core/model/stack.h"
#include "core/model/target.h"
#include "core/store/history_schema.h"
#include "core/store/history_writer.h"

namespace rampwatch::store {

struct RecordedLife {
    LifeNumber number = 1;
    Life who{};
    std::chrono::nanoseconds began_mono{}, began_wall{};
    std::optional<std::chrono::nanoseconds> ended_mono{}, ended_wall{};
    std::optional<Ending> ending{};  // where it was seen to end
};

struct RecordedWatch {
    Watching how{};
    LifeNumber life = 1;
    std::chrono::nanoseconds began_mono{}, began_wall{};
    std::optional<std::chrono::nanoseconds> ended_wall{};  // stopped cleanly: nobody expects more
    std::string reason{};
};

struct RecordedEvent {
    LifeNumber life = 1;
    std::chrono::nanoseconds mono{}, wall{};
    std::string kind{};  // as Event::Kind reads
    std::string json{};  // rampwatch.event/1
};

struct RecordedDump {
    LifeNumber life = 1;
    std::chrono::nanoseconds mono{}, wall{};
    std::string reason{};
    std::string json{};  // rampwatch.dump/1
};

struct HistorySize {
    std::int64_t samples = 0, minutes = 0, tens = 0;  // rows of each resolution
    std::int64_t file_bytes = 0;                      // with its write-ahead log
};

// All that it says is of one moment. Text from a file is foreign text.
class HistoryReader {
  public:
    static Result<HistoryReader> open(const std::string& directory, const std::string& target);

    [[nodiscard]] const std::string& target() const { return target_; }
    Result<std::vector<RecordedLife>> lives();  // oldest first
    Result<std::optional<RecordedWatch>> last_watch();
    Result<std::vector<RecordedEvent>> events(std::chrono::nanoseconds since_wall);  // oldest first
    Result<std::optional<RecordedDump>> newest_dump(std::optional<std::chrono::nanoseconds> until_wall);
    Result<std::optional<RecordedDump>> first_dump(LifeNumber life);  // of that life
    Result<std::optional<Record>> newest_look();
    Result<HistorySize> size();

    // Every look, the folded ones as buckets, up to `until_wall`; lives no longer than the reader. A history
    // that was begun with a service's main process alone, and goes on with all of its processes, holds two
    // series: `judged` gives the one that goes on.
    enum class Lives : std::uint8_t { judged, all };
    Result<std::unique_ptr<Source>> looks(std::optional<std::chrono::nanoseconds> until_wall = {},
                                          Lives lives = Lives::judged);

    // What SQLite's own check of the whole file finds; empty when it is sound.
    Result<std::vector<std::string>> check();

  private:
    Result<std::int64_t> first_life();
    HistoryReader(std::string target, Database database)
        : target_(std::move(target)), database_(std::make_unique<Database>(std::move(database))) {}

    std::string target_;
    std::unique_ptr<Database> database_;  // its address stays
};

// Deletes looks, events and dumps from before `before_wall`, thins by `keep`, and gives the room back to the
// disk. Error timed_out while a watcher writes.
Result<void> prune_history(const HistoryPlace& place, const std::string& target,
                           std::optional<std::chrono::nanoseconds> before_wall,
                           const std::optional<Retention>& keep);

}  // namespace rampwatch::store
