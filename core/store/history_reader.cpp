// SPDX-License-Identifier: MIT
#include "core/store/history_reader.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/model/words.h"
#include "core/store/history_thin.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::size_t kMostLives = 100'000;

std::optional<Ending> ending_at(const Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    Ending ending;
    const std::string reason = row.text(column);
    for (const auto known : {Ending::Reason::exited, Ending::Reason::signalled, Ending::Reason::oom_killed}) {
        if (reason == word(known)) ending.reason = known;
    }
    if (const auto status = row.maybe_integer(column + 1)) ending.status = static_cast<int>(*status);
    return ending;
}

Result<std::optional<RecordedDump>> dump_in(Statement& rows) {
    const auto row = rows.step();
    if (!row) return row.error();
    if (!*row) return std::optional<RecordedDump>{};
    return std::optional(RecordedDump{static_cast<LifeNumber>(rows.integer(0)), nanoseconds(rows.integer(1)),
                                      nanoseconds(rows.integer(2)), rows.text(3), rows.text(4)});
}

// The three resolutions one after another: what is older is coarser.
class HistorySource final : public Source {
  public:
    HistorySource(Database& database, std::optional<nanoseconds> until, std::int64_t first_life)
        : database_(database), until_(until), first_life_(first_life) {}

    Result<std::optional<Record>> next() override {
        while (level_ < 3) {
            if (!rows_) {
                if (auto begun = begin(); !begun) return begun.error();
            }
            const auto row = rows_->step();
            if (!row) return row.error();
            if (*row) return record();
            rows_.reset();
            ++level_;
        }
        return std::optional<Record>{};
    }

  private:
    Result<void> begin() {
        constexpr std::array<const char*, 2> kFolded = {"tens", "minutes"};
        const std::string sql = level_ < kFolded.size() ? select_buckets_sql(database_, kFolded[level_])
                                                        : select_samples_sql(database_);
        auto rows = database_.prepare(sql + " WHERE life >= ?" + (until_ ? " AND wall_ns <= ?" : "") +
                                      " ORDER BY t_ns");
        if (!rows) return rows.error();
        rows->bind(1, first_life_);
        if (until_) rows->bind(2, until_->count());
        rows_.emplace(std::move(*rows));
        return {};
    }

    // Built where it is returned: a Record has room for a Bucket.
    Result<std::optional<Record>> record() {
        Result<std::optional<Record>> record{std::optional<Record>(std::in_place)};
        (*record)->life = std::max(life_of(*rows_), last_life_);
        last_life_ = (*record)->life;
        if (level_ == 2) {
            std::get<Sample>((*record)->look) = sample_of(*rows_);
        } else {
            (*record)->look = bucket_of(*rows_);
        }
        return record;
    }

    Database& database_;
    std::optional<nanoseconds> until_;
    std::int64_t first_life_;
    std::size_t level_ = 0;
    std::optional<Statement> rows_{};
    LifeNumber last_life_ = 1;
};

Result<Retention> retention_in(Database& database) {
    Retention keep;
    for (const auto& [key, value] :
         {std::pair("keep_raw_ns", &keep.raw), std::pair("keep_minutes_ns", &keep.minutes),
          std::pair("keep_tens_ns", &keep.tens)}) {
        const auto found = database.number(
            fmt::format("SELECT coalesce((SELECT value FROM target WHERE key = '{}'), 0)", key));
        if (!found) return found.error();
        if (*found > 0) *value = nanoseconds(*found);
    }
    return keep;
}

std::int64_t bytes_of(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_size : 0;
}

}  // namespace

Result<HistoryReader> HistoryReader::open(const std::string& directory, const std::string& target) {
    auto database = open_to_read(history_path(directory, target));
    if (!database) return database.error();
    if (auto begun = database->run("BEGIN"); !begun) return begun.error();
    return HistoryReader(target, std::move(*database));
}

Result<std::vector<RecordedLife>> HistoryReader::lives() {
    auto rows =
        database_->prepare(fmt::format("SELECT life, boot_id, pid, start_ticks, started_wall_ns, executable, "
                                       "comm, unit, command_line, began_ns, "
                                       "began_wall_ns, ended_ns, ended_wall_ns, ending, status FROM (SELECT "
                                       "* FROM lives ORDER BY life DESC LIMIT "
                                       "{}) ORDER BY life",
                                       kMostLives));
    if (!rows) return rows.error();
    std::vector<RecordedLife> lives;
    while (true) {
        const auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return lives;
        RecordedLife life{.number = static_cast<LifeNumber>(rows->integer(0))};
        life.who = {.boot_id = rows->text(1),
                    .pid = static_cast<std::int32_t>(rows->integer(2)),
                    .start_ticks = static_cast<std::uint64_t>(rows->integer(3)),
                    .started_wall = nanoseconds(rows->integer(4)),
                    .executable = rows->text(5),
                    .comm = rows->text(6)};
        if (!rows->is_null(7)) life.who.unit = rows->text(7);
        if (!rows->is_null(8)) life.who.command_line = rows->text(8);
        life.began_mono = nanoseconds(rows->integer(9));
        life.began_wall = nanoseconds(rows->integer(10));
        life.ended_mono = rows->maybe_time(11);
        life.ended_wall = rows->maybe_time(12);
        life.ending = ending_at(*rows, 13);
        lives.push_back(std::move(life));
    }
}

Result<std::optional<RecordedWatch>> HistoryReader::last_watch() {
    auto rows = database_->prepare(
        "SELECT kind, life, began_ns, began_wall_ns, ended_wall_ns, reason, interval_ns, patience_ns, "
        "min_growth_bytes, min_count FROM watches ORDER BY id DESC LIMIT 1");
    if (!rows) return rows.error();
    const auto row = rows->step();
    if (!row) return row.error();
    if (!*row) return std::optional<RecordedWatch>{};
    RecordedWatch watch{.life = static_cast<LifeNumber>(rows->integer(1)),
                        .began_mono = nanoseconds(rows->integer(2)),
                        .began_wall = nanoseconds(rows->integer(3)),
                        .ended_wall = rows->maybe_time(4),
                        .reason = rows->text(5)};
    watch.how = {.one_shot = rows->text(0) == "sample",
                 .interval = nanoseconds(rows->integer(6)),
                 .patience = nanoseconds(rows->integer(7)),
                 .min_growth_bytes = rows->maybe_integer(8),
                 .min_count = rows->integer(9)};
    return std::optional(std::move(watch));
}

Result<std::vector<RecordedEvent>> HistoryReader::events(nanoseconds since_wall) {
    auto rows = database_->prepare(
        "SELECT life, t_ns, wall_ns, kind, json FROM events WHERE wall_ns >= ? ORDER BY id");
    if (!rows) return rows.error();
    rows->bind(1, since_wall.count());
    std::vector<RecordedEvent> events;
    while (true) {
        const auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return events;
        events.push_back({static_cast<LifeNumber>(rows->integer(0)), nanoseconds(rows->integer(1)),
                          nanoseconds(rows->integer(2)), rows->text(3), rows->text(4)});
    }
}

Result<std::optional<RecordedDump>> HistoryReader::newest_dump(std::optional<nanoseconds> until_wall) {
    auto rows = database_->prepare(
        "SELECT life, t_ns, wall_ns, reason, json FROM dumps WHERE wall_ns <= ? ORDER BY id DESC LIMIT 1");
    if (!rows) return rows.error();
    rows->bind(1, until_wall.value_or(nanoseconds::max()).count());
    return dump_in(*rows);
}

Result<std::optional<RecordedDump>> HistoryReader::first_dump(LifeNumber life) {
    auto rows = database_->prepare(
        "SELECT life, t_ns, wall_ns, reason, json FROM dumps WHERE life = ? ORDER BY id LIMIT 1");
    if (!rows) return rows.error();
    rows->bind(1, std::int64_t{life});
    return dump_in(*rows);
}
Result<std::optional<Record>> HistoryReader::newest_look() {
    for (const char* table : {"samples", "minutes", "tens"}) {
        const bool raw = std::string_view(table) == "samples";
        auto rows = database_->prepare(
            (raw ? select_samples_sql(*database_) : select_buckets_sql(*database_, table)) +
            " ORDER BY t_ns DESC LIMIT 1");
        if (!rows) return rows.error();
        const auto row = rows->step();
        if (!row) return row.error();
        if (!*row) continue;
        if (raw) return std::optional(Record{life_of(*rows), sample_of(*rows)});
        return std::optional(Record{life_of(*rows), bucket_of(*rows)});
    }
    return std::optional<Record>{};
}

Result<HistorySize> HistoryReader::size() {
    HistorySize size{.file_bytes = bytes_of(database_->path()) + bytes_of(database_->path() + "-wal")};
    for (const auto& [table, rows] : {std::pair("samples", &size.samples),
                                      std::pair("minutes", &size.minutes), std::pair("tens", &size.tens)}) {
        const auto count = database_->number(fmt::format("SELECT count(*) FROM {}", table));
        if (!count) return count.error();
        *rows = *count;
    }
    return size;
}

// The first life of the scope that is recorded now: what was recorded before is another series.
Result<std::int64_t> HistoryReader::first_life() {
    const auto schema = database_->number("PRAGMA user_version");
    if (!schema) return schema;
    if (*schema < 2) return 0;
    return database_->number(
        "SELECT coalesce(max(life), 0) + 1 FROM lives WHERE coalesce(scope, 'process') != "
        "(SELECT coalesce(scope, 'process') FROM lives ORDER BY life DESC LIMIT 1)");
}

Result<std::unique_ptr<Source>> HistoryReader::looks(std::optional<nanoseconds> until_wall, Lives lives) {
    const auto first = lives == Lives::all ? Result<std::int64_t>(0) : first_life();
    if (!first) return first.error();
    return std::unique_ptr<Source>(std::make_unique<HistorySource>(*database_, until_wall, *first));
}

Result<std::vector<std::string>> HistoryReader::check() {
    auto rows = database_->prepare("PRAGMA integrity_check(20)");
    if (!rows) return rows.error();
    std::vector<std::string> found;
    while (true) {
        const auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return found;
        std::string text = rows->text(0);
        if (text != "ok") found.push_back(escape(text, 256));
    }
}

Result<void> prune_history(const HistoryPlace& place, const std::string& target,
                           std::optional<nanoseconds> before_wall, const std::optional<Retention>& keep) {
    const std::string path = history_path(place.directory, target);
    if (bytes_of(path) == 0) return Error{Error::Kind::not_found, "no such history", escape(path, 256), {}};
    auto lock = lock_target(place, target);
    if (!lock) {
        Error error = lock.error();
        if (error.kind == Error::Kind::timed_out)
            error.hint = "the watch thins it by itself; end it to prune by hand";
        return error;
    }
    auto database = open_history(path, place.group, 2s);
    if (!database) return database.error();
    if (before_wall) {
        const std::int64_t wall = before_wall->count();
        const auto ran = database->run(fmt::format(
            "BEGIN IMMEDIATE; DELETE FROM samples WHERE wall_ns < {0}; DELETE FROM "
            "minutes WHERE wall_ns < {0}; DELETE "
            "FROM tens WHERE wall_ns < {0}; DELETE FROM events WHERE wall_ns < "
            "{0}; DELETE FROM groups WHERE dump IN "
            "(SELECT id FROM dumps WHERE wall_ns < {0}); DELETE FROM dumps WHERE "
            "wall_ns < {0}; {1}; COMMIT",
            wall, forget_lives_sql(fmt::format("coalesce(ended_wall_ns, began_wall_ns) < {}", wall))));
        if (!ran) return ran;
    }
    const auto recorded = retention_in(*database);
    if (!recorded) return recorded.error();
    const Retention ages = keep.value_or(*recorded);
    while (true) {
        const auto more = thin_step(*database, ages);
        if (!more) return more.error();
        if (!*more) break;
    }
    return database->run("PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace rampwatch::store
