// SPDX-License-Identifier: MIT
#include "core/store/history_thin.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/model/bucket.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// Rows of one transaction: about 5 ms. A fold that holds more of them is done whole all the same.
constexpr std::size_t kRowsOfStep = 1024;

struct Level {
    const char* from = "samples";
    const char* into = "minutes";
    nanoseconds width = 60s;
};
constexpr Level kToMinutes{"samples", "minutes", 60s};
constexpr Level kToTens{"minutes", "tens", 600s};

struct Fold {
    LifeNumber life = 1;
    std::int64_t place = 0;  // t_ns / width
    Bucket bucket{};
};

struct Folded {
    std::vector<Fold> folds{};
    std::int64_t until_ns = 0;  // rows up to here are in them
};

// Whole folds from the oldest row on, of rows before `cutoff_ns`.
Result<Folded> oldest_folds(Database& database, const Level& level, std::int64_t cutoff_ns) {
    const bool raw = level.from == kToMinutes.from;
    auto rows =
        database.prepare((raw ? select_samples_sql(database) : select_buckets_sql(database, level.from)) +
                         " WHERE t_ns < ? ORDER BY t_ns");
    if (!rows) return rows.error();
    rows->bind(1, cutoff_ns);
    Folded folded;
    std::size_t count = 0;
    while (true) {
        const auto row = rows->step();
        if (!row) return row.error();
        if (!*row) break;
        const Bucket look = raw ? to_bucket(sample_of(*rows)) : bucket_of(*rows);
        const LifeNumber life = life_of(*rows);
        const std::int64_t place = look.mono / level.width;
        const bool goes_on =
            !folded.folds.empty() && folded.folds.back().place == place && folded.folds.back().life == life;
        if (!goes_on && count >= kRowsOfStep) break;
        if (goes_on) {
            folded.folds.back().bucket = joined(folded.folds.back().bucket, look);
        } else {
            folded.folds.push_back({life, place, look});
        }
        folded.until_ns = look.mono.count();
        ++count;
    }
    return folded;
}

Result<void> write_folds(Database& database, const Level& level, const Folded& folded) {
    auto insert = database.prepare(insert_bucket_sql(level.into));
    if (!insert) return insert.error();
    for (const Fold& fold : folded.folds) {
        bind_look(*insert, fold.bucket, fold.life);
        if (auto ran = insert->run(); !ran) return ran;
    }
    return database.run(fmt::format("DELETE FROM {} WHERE t_ns <= {}", level.from, folded.until_ns));
}

// In a transaction of its own; `work` says whether it did something.
template <class Work>
Result<bool> in_transaction(Database& database, Work work) {
    if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun.error();
    Result<bool> done = work();
    if (done) {
        if (auto ended = database.run("COMMIT"); !ended) done = ended.error();
    }
    if (!done) static_cast<void>(database.run("ROLLBACK"));
    return done;
}

Result<bool> fold_step(Database& database, const Level& level, std::int64_t cutoff_ns) {
    cutoff_ns -= cutoff_ns % level.width.count();
    const auto due = database.number(
        fmt::format("SELECT EXISTS (SELECT 1 FROM {} WHERE t_ns < {})", level.from, cutoff_ns));
    if (!due) return due.error();
    if (*due == 0) return false;
    return in_transaction(database, [&]() -> Result<bool> {
        const auto folded = oldest_folds(database, level, cutoff_ns);
        if (!folded) return folded.error();
        if (auto written = write_folds(database, level, *folded); !written) return written.error();
        return true;
    });
}

Result<bool> forget_step(Database& database, std::int64_t cutoff_ns) {
    const std::string old_tens =
        fmt::format("SELECT t_ns FROM tens WHERE t_ns < {} ORDER BY t_ns LIMIT {}", cutoff_ns, kRowsOfStep);
    const std::string old_dumps = fmt::format(
        "SELECT id FROM dumps WHERE id NOT IN (SELECT id FROM dumps ORDER BY id DESC LIMIT {}) AND id NOT IN "
        "(SELECT coalesce(max(id), 0) FROM dumps WHERE reason = 'baseline')",
        kMostKeptDumpsOfTarget);
    const std::string old_events = fmt::format("SELECT id FROM events ORDER BY id DESC LIMIT {} OFFSET {}",
                                               kRowsOfStep, kMostKeptEvents);
    const auto due = database.number(fmt::format("SELECT EXISTS ({}) OR EXISTS ({}) OR EXISTS ({})",
                                                 "SELECT 1 FROM (" + old_tens + ")", old_dumps,
                                                 "SELECT 1 FROM (" + old_events + ")"));
    if (!due) return due.error();
    if (*due == 0) return false;
    return in_transaction(database, [&]() -> Result<bool> {
        const auto ran = database.run(fmt::format(
            "DELETE FROM tens WHERE t_ns IN ({0}); DELETE FROM groups WHERE dump IN ({1}); "
            "DELETE FROM dumps WHERE id IN ({2}); DELETE FROM events WHERE id IN ({3}); "
            "DELETE FROM watches WHERE began_ns < {4} AND id NOT IN (SELECT max(id) FROM watches); "
            "{5};",
            old_tens, old_dumps, old_dumps, old_events, cutoff_ns,
            forget_lives_sql(fmt::format("coalesce(ended_ns, began_ns) < {}", cutoff_ns))));
        if (!ran) return ran.error();
        return true;
    });
}

}  // namespace

std::string forget_lives_sql(std::string_view old) {
    return fmt::format(
        "DELETE FROM lives WHERE {} AND life < (SELECT max(life) FROM lives) AND life < "
        "coalesce((SELECT life FROM tens ORDER BY t_ns LIMIT 1), (SELECT life FROM minutes ORDER BY t_ns "
        "LIMIT 1), (SELECT life FROM samples ORDER BY t_ns LIMIT 1), (SELECT max(life) FROM lives))",
        old);
}

Result<bool> thin_step(Database& database, const Retention& keep) {
    const auto newest = database.number(
        "SELECT max(coalesce((SELECT max(t_ns) FROM samples), 0), coalesce((SELECT max(t_ns) FROM minutes), "
        "0), "
        "coalesce((SELECT max(t_ns) FROM tens), 0))");
    if (!newest) return newest.error();
    for (const auto& [level, age] : {std::pair(kToMinutes, keep.raw), std::pair(kToTens, keep.minutes)}) {
        auto done = fold_step(database, level, *newest - age.count());
        if (!done || *done) return done;
    }
    return forget_step(database, *newest - keep.tens.count());
}

}  // namespace rampwatch::store
