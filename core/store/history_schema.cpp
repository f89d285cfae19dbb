// SPDX-License-Identifier: MIT
#include "core/store/history_schema.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/model/bucket.h"
#include "core/model/words.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kApplication = 0x72776870;  // "rwhp"

constexpr const char* kTables = R"(
CREATE TABLE target (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE boots (boot_id TEXT PRIMARY KEY, shift_ns INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE lives (life INTEGER PRIMARY KEY, boot_id TEXT NOT NULL, pid INTEGER NOT NULL,
    start_ticks INTEGER NOT NULL, started_wall_ns INTEGER, executable TEXT, comm TEXT, unit TEXT,
    command_line TEXT, began_ns INTEGER NOT NULL, began_wall_ns INTEGER NOT NULL,
    ended_ns INTEGER, ended_wall_ns INTEGER, ending TEXT, status INTEGER, scope TEXT);
CREATE TABLE watches (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, life INTEGER NOT NULL, pid INTEGER,
    began_ns INTEGER NOT NULL, began_wall_ns INTEGER NOT NULL, ended_wall_ns INTEGER, reason TEXT,
    interval_ns INTEGER NOT NULL, patience_ns INTEGER NOT NULL, min_growth_bytes INTEGER, min_count INTEGER);
CREATE TABLE samples (t_ns INTEGER PRIMARY KEY, wall_ns INTEGER, life INTEGER NOT NULL, rss_bytes INTEGER NOT NULL,
    rss_anon_bytes INTEGER, rss_file_bytes INTEGER, rss_shmem_bytes INTEGER, swap_bytes INTEGER, threads INTEGER,
    fds INTEGER, goroutines INTEGER, go_heap_marked_bytes INTEGER, aged_threads INTEGER, aged_goroutines INTEGER,
    cpu_ns INTEGER, age_ns INTEGER, limit_kind INTEGER, limit_bytes INTEGER, limit_used_bytes INTEGER);
CREATE TABLE events (id INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, life INTEGER NOT NULL,
    kind TEXT NOT NULL, json TEXT);
CREATE TABLE dumps (id INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, life INTEGER NOT NULL,
    reason TEXT NOT NULL, json TEXT NOT NULL);
CREATE TABLE groups (dump INTEGER NOT NULL, rank INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL,
    change INTEGER, state TEXT, function TEXT, PRIMARY KEY (dump, rank)) WITHOUT ROWID;
)";

// The four figures of each; `mean`, `max` and `last` are NULL where they are equal to `min`.
constexpr std::array<const char*, kSeriesCount + 1> kStats = {
    "rss", "memory", "shmem", "threads", "fds", "goroutines", "go_heap", "aged_threads", "aged_goroutines"};
constexpr const char* kBucketHead =
    "t_ns, wall_ns, life, span_ns, count, age_ns, limit_kind, limit_bytes, limit_used_bytes";
constexpr int kBucketHeadColumns = 9;
constexpr const char* kSampleColumns =
    "t_ns, wall_ns, life, rss_bytes, rss_anon_bytes, rss_file_bytes, rss_shmem_bytes, swap_bytes, threads, "
    "fds, "
    "goroutines, go_heap_marked_bytes, aged_threads, aged_goroutines, cpu_ns, age_ns, limit_kind, "
    "limit_bytes, "
    "limit_used_bytes";
constexpr int kSampleColumnCount = 19;

std::string bucket_columns() {
    std::string columns = kBucketHead;
    for (const char* stat : kStats) columns += fmt::format(", {0}_min, {0}_mean, {0}_max, {0}_last", stat);
    return columns;
}

std::string bucket_table(const char* table) {
    std::string sql = fmt::format(
        "CREATE TABLE {} (t_ns INTEGER PRIMARY KEY, wall_ns INTEGER, life INTEGER NOT NULL, span_ns INTEGER "
        "NOT NULL, "
        "count INTEGER NOT NULL, age_ns INTEGER, limit_kind INTEGER, limit_bytes INTEGER, limit_used_bytes "
        "INTEGER",
        table);
    for (const char* stat : kStats)
        sql += fmt::format(", {0}_min INTEGER, {0}_mean REAL, {0}_max INTEGER, {0}_last INTEGER", stat);
    return sql + ");";
}

std::string insert_sql(const char* table, std::string_view columns, int count) {
    std::string marks;
    for (int i = 0; i < count; ++i) marks += i == 0 ? "?" : ", ?";
    return fmt::format("INSERT OR IGNORE INTO {} ({}) VALUES ({})", table, columns, marks);
}

// What the file is; 0 when it is still empty.
Result<std::int64_t> schema_of(Database& database) {
    const auto version = database.number("PRAGMA user_version");
    if (!version) return version;
    const auto application = database.number("PRAGMA application_id");
    if (!application) return application;
    const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return tables;
    const std::string where = escape(database.path(), 256);
    if (*tables == 0 && *application == 0) return 0;
    if (*application != kApplication)
        return Error{Error::Kind::bad_input, "a database, but no history of rampwatch", where, {}};
    if (*version > kHistorySchema) {
        return Error{Error::Kind::bad_input,
                     fmt::format("written by a newer rampwatch (schema {}; this one knows {})", *version,
                                 kHistorySchema),
                     where, "a newer rampwatch reads it; --history-name NAME begins another"};
    }
    return *version;
}

Result<void> make_tables(Database& database) {
    const std::string sql =
        fmt::format("BEGIN IMMEDIATE; {} {} {} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;",
                    kTables, bucket_table("minutes"), bucket_table("tens"), kApplication, kHistorySchema);
    auto made = database.run(sql);
    if (!made) static_cast<void>(database.run("ROLLBACK"));
    return made;
}

// Databases of earlier releases, one step a schema. A reader never does this: it reads them as they are.
Result<void> upgrade_tables(Database& database, std::int64_t from) {
    if (from >= kHistorySchema) return {};
    auto done = database.run(fmt::format(
        "BEGIN IMMEDIATE; ALTER TABLE lives ADD COLUMN scope TEXT; PRAGMA user_version={}; COMMIT;",
        kHistorySchema));
    if (!done) static_cast<void>(database.run("ROLLBACK"));
    return done;
}

Result<void> make_file(const std::string& path, std::optional<std::uint32_t> group) {
    const mode_t mode = group ? 0640 : 0600;
    const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode));
    const auto failed = [&](const char* what) {
        const auto kind = errno == EACCES || errno == EPERM || errno == EROFS ? Error::Kind::no_permission
                                                                              : Error::Kind::io;
        return Error{kind, fmt::format("{}: {}", what, std::strerror(errno)), escape(path, 256), {}};
    };
    if (!fd) return failed("cannot be opened");
    if (group && (::fchown(fd.get(), static_cast<uid_t>(-1), *group) != 0 || ::fchmod(fd.get(), mode) != 0))
        return failed("cannot be given to the group");
    return {};
}

void bind_limit(Statement& statement, int parameter, const std::optional<Limit>& limit) {
    if (!limit) {
        for (int i = 0; i < 3; ++i) statement.bind_null(parameter + i);
        return;
    }
    statement.bind(parameter, static_cast<std::int64_t>(limit->kind));
    statement.bind(parameter + 1, limit->limit_bytes).bind(parameter + 2, limit->used_bytes);
}

std::optional<Limit> limit_at(const Statement& row, int column) {
    const auto kind = row.maybe_integer(column);
    if (!kind || *kind < 0 || *kind > static_cast<std::int64_t>(LimitKind::physical)) return std::nullopt;
    return Limit{static_cast<LimitKind>(*kind), row.integer(column + 1), row.integer(column + 2)};
}

std::optional<std::int64_t> count_of(const std::optional<nanoseconds>& time) {
    return time ? std::optional(static_cast<std::int64_t>(time->count())) : std::nullopt;
}

void bind_stat(Statement& statement, int parameter, const std::optional<Stat>& stat) {
    for (int i = 0; i < 4; ++i) statement.bind_null(parameter + i);
    if (!stat) return;
    const auto least = static_cast<double>(stat->min);
    statement.bind(parameter, stat->min);
    if (stat->mean != least) statement.bind(parameter + 1, stat->mean);
    if (stat->max != stat->min) statement.bind(parameter + 2, stat->max);
    if (stat->last != stat->min) statement.bind(parameter + 3, stat->last);
}

std::optional<Stat> stat_at(const Statement& row, int column) {
    const auto least = row.maybe_integer(column);
    if (!least) return std::nullopt;
    return in_order({*least, row.maybe_integer(column + 2).value_or(*least),
                     row.maybe_integer(column + 3).value_or(*least),
                     row.is_null(column + 1) ? static_cast<double>(*least) : row.real(column + 1)});
}

}  // namespace

Result<Database> open_history(const std::string& path, std::optional<std::uint32_t> group,
                              std::chrono::milliseconds patience) {
    if (auto made = make_file(path, group); !made) return made.error();
    auto database = Database::open(path, Database::Mode::write, patience);
    if (!database) return database;
    const auto schema = schema_of(*database);
    if (!schema) return schema.error();
    // Checkpoints are another thread's: inside a tick they cost tens of milliseconds.
    const auto set = database->run(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; "
        "PRAGMA journal_size_limit=4194304; PRAGMA cache_size=-1024; PRAGMA temp_store=MEMORY;");
    if (!set) return set.error();
    if (*schema == 0) {
        if (auto made = make_tables(*database); !made) return made.error();
    } else if (auto upgraded = upgrade_tables(*database, *schema); !upgraded) {
        return upgraded.error();
    }
    return database;
}

Result<Database> open_again(const std::string& path, std::chrono::milliseconds patience) {
    auto database = Database::open(path, Database::Mode::write, patience);
    if (!database) return database;
    const auto set =
        database->run("PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-1024;");
    if (!set) return set.error();
    return database;
}

Result<Database> open_to_read(const std::string& path) {
    using namespace std::chrono_literals;
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
        const auto kind = errno == ENOENT ? Error::Kind::not_found : Error::Kind::no_permission;
        return Error{kind, std::strerror(errno), escape(path, 256), {}};
    }
    Error refused{};
    for (const auto mode : {Database::Mode::read, Database::Mode::immutable}) {
        auto database = Database::open(path, mode, 2s);
        if (!database) {
            refused = database.error();
            continue;
        }
        const auto schema = schema_of(*database);
        if (schema && *schema > 0) return database;
        refused = schema ? Error{Error::Kind::unavailable, "an empty file, no history", escape(path, 256), {}}
                         : schema.error();
        if (refused.kind == Error::Kind::bad_input || refused.kind == Error::Kind::unavailable)
            break;  // what it is does not depend on who asks
    }
    if (::access(path.c_str(), R_OK) != 0) {
        refused.kind = Error::Kind::no_permission;
        refused.hint = "the owner's --history-group lets a group read it";
    }
    return refused;
}

std::string insert_sample_sql() { return insert_sql("samples", kSampleColumns, kSampleColumnCount); }

std::string insert_bucket_sql(const char* table) {
    return insert_sql(table, bucket_columns(), kBucketHeadColumns + 4 * static_cast<int>(kStats.size()));
}

void bind_look(Statement& statement, const Sample& sample, LifeNumber life) {
    statement.bind(1, sample.mono.count()).bind(2, sample.wall.count()).bind(3, std::int64_t{life});
    statement.bind(4, sample.rss_bytes);
    int parameter = 5;
    for (const auto& value :
         {sample.anon_bytes, sample.file_bytes, sample.shmem_bytes, sample.swap_bytes, sample.threads,
          sample.fds, sample.goroutines, sample.go_heap_marked_bytes, sample.aged_threads,
          sample.aged_goroutines, count_of(sample.cpu), count_of(sample.age)})
        statement.bind(parameter++, value);
    bind_limit(statement, parameter, sample.limit);
}

void bind_look(Statement& statement, const Bucket& bucket, LifeNumber life) {
    statement.bind(1, bucket.mono.count()).bind(2, bucket.wall.count()).bind(3, std::int64_t{life});
    statement.bind(4, bucket.span.count()).bind(5, bucket.count).bind(6, count_of(bucket.age));
    bind_limit(statement, 7, bucket.limit);
    int parameter = kBucketHeadColumns + 1;
    bind_stat(statement, parameter, bucket.rss);
    for (const auto& stat : bucket.series) bind_stat(statement, parameter += 4, stat);
}

std::string select_samples_sql() { return fmt::format("SELECT {} FROM samples", kSampleColumns); }

std::string select_buckets_sql(const char* table) {
    return fmt::format("SELECT {} FROM {}", bucket_columns(), table);
}

Sample sample_of(const Statement& row) {
    Sample sample{.mono = nanoseconds(row.integer(0)), .wall = nanoseconds(row.integer(1))};
    sample.rss_bytes = row.integer(3);
    int column = 4;
    for (auto* value : {&sample.anon_bytes, &sample.file_bytes, &sample.shmem_bytes, &sample.swap_bytes,
                        &sample.threads, &sample.fds, &sample.goroutines, &sample.go_heap_marked_bytes,
                        &sample.aged_threads, &sample.aged_goroutines})
        *value = row.maybe_integer(column++);
    sample.cpu = row.maybe_time(column);
    sample.age = row.maybe_time(column + 1);
    sample.limit = limit_at(row, column + 2);
    return sample;
}

Bucket bucket_of(const Statement& row) {
    Bucket bucket{.mono = nanoseconds(row.integer(0)),
                  .wall = nanoseconds(row.integer(1)),
                  .span = nanoseconds(row.integer(3)),
                  .count = std::max<std::int64_t>(row.integer(4), 1),
                  .age = row.maybe_time(5),
                  .limit = limit_at(row, 6)};
    int column = kBucketHeadColumns;
    bucket.rss = stat_at(row, column).value_or(Stat{});
    for (auto& stat : bucket.series) stat = stat_at(row, column += 4);
    return bucket;
}

LifeNumber life_of(const Statement& row) {
    return static_cast<LifeNumber>(std::max<std::int64_t>(row.integer(2), 1));
}

}  // namespace rampwatch::store
