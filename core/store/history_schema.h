// SPDX-License-Identifier: MIT
// The database of one target: its tables, and how they are opened. rampwatch-formats(5) tells them to others.
//
// All times `t_ns` are on the history's own clock: CLOCK_BOOTTIME of each boot, shifted so that it goes on
// through reboots and never back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/model/sample.h"
#include "core/model/target.h"
#include "core/store/sqlite.h"

namespace rampwatch::store {

inline constexpr std::int64_t kHistorySchema = 2;

// What a life's looks are of; NULL in lives of schema 1 is kScopeProcess.
inline constexpr std::string_view kScopeProcess = "process", kScopeWhole = "whole";

// From what age on looks are folded into minutes, those into ten minutes, and these are forgotten.
struct Retention {
    std::chrono::nanoseconds raw = std::chrono::hours(48);
    std::chrono::nanoseconds minutes = std::chrono::hours(24 * 30);
    std::chrono::nanoseconds tens = std::chrono::hours(24 * 400);

    friend bool operator==(const Retention&, const Retention&) = default;
};

// Makes the file (0600; 0640 of `group`), its tables and the columns of new series when they are missing.
// Errors: as of Database::open, and bad_input for what is no history, or one of a newer schema.
Result<Database> open_history(const std::string& path, std::optional<std::uint32_t> group,
                              std::chrono::milliseconds patience);

// A further connection of a writer, in another thread.
Result<Database> open_again(const std::string& path, std::chrono::milliseconds patience);

// Without any right to write: beside a living writer, and immutably where there is none. Error unavailable:
// an empty file, which a writer may be about to fill.
Result<Database> open_to_read(const std::string& path);

// "INSERT ..." of one look; parameters as bind_look() sets them.
std::string insert_sample_sql();
std::string insert_bucket_sql(const char* table);  // "minutes" or "tens"
void bind_look(Statement& statement, const Sample& sample, LifeNumber life);
void bind_look(Statement& statement, const Bucket& bucket, LifeNumber life);

// "SELECT ..." in the order in which the functions below read it, to be followed by WHERE and ORDER BY. What
// a file does not have that was begun before a series came in is NULL.
std::string select_samples_sql(Database& database);
std::string select_buckets_sql(Database& database, const char* table);
Sample sample_of(const Statement& row);
Bucket bucket_of(const Statement& row);
LifeNumber life_of(const Statement& row);  // of either

}  // namespace rampwatch::store
