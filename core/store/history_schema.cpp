// SPDX-License-Identifier: MIT
#include "core/store/history_schema.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>
#include <vector>

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
CREATE TABLE events (id INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, life INTEGER NOT NULL,
    kind TEXT NOT NULL, json TEXT);
CREATE TABLE dumps (id INTEGER PRIMARY KEY, t_ns INTEGER NOT NULL, wall_ns INTEGER NOT NULL, life INTEGER NOT NULL,
    reason TEXT NOT NULL, json TEXT NOT NULL);
CREATE TABLE groups (dump INTEGER NOT NULL, rank INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL,
    change INTEGER, state TEXT, function TEXT, PRIMARY KEY (dump, rank)) WITHOUT ROWID;
)";

// The columns of both kinds of tables, with their types, in the order in which they are bound and read. The
// heads were there from the first; a series that comes in later adds to what stands between and behind.
struct TableColumn {
    std::string name{};
    const char* type = "INTEGER";
};
using TableColumns = std::vector<TableColumn>;

constexpr int kBucketHeadColumns = 9;
constexpr const char* kTimeType = "INTEGER PRIMARY KEY";
constexpr const char* kNeeded = "INTEGER NOT NULL";

TableColumns sample_columns() {
    TableColumns columns = {{"t_ns", kTimeType}, {"wall_ns"}, {"life", kNeeded}, {"rss_bytes", kNeeded}};
    for (const SampleField& field : kSampleFields) columns.push_back({std::string(field.column)});
    for (const char* name : {"cpu_ns", "age_ns", "limit_kind", "limit_bytes", "limit_used_bytes"})
        columns.push_back({name});
    return columns;
}

// Four figures of the RSS and of each series; `mean`, `max` and `last` are NULL where they are equal to
// `min`.
TableColumns bucket_columns() {
    TableColumns columns = {{"t_ns", kTimeType},  {"wall_ns"},        {"life", kNeeded},
                            {"span_ns", kNeeded}, {"count", kNeeded}, {"age_ns"},
                            {"limit_kind"},       {"limit_bytes"},    {"limit_used_bytes"}};
    const auto add = [&](std::string_view word) {
        columns.push_back({fmt::format("{}_min", word)});
        columns.push_back({fmt::format("{}_mean", word), "REAL"});
        columns.push_back({fmt::format("{}_max", word)});
        columns.push_back({fmt::format("{}_last", word)});
    };
    add("rss");
    for (const SeriesRow& row : kSeriesRows) add(row.word);
    for (const char* name : {"fds_limit", "pids_limit", "pids_used"}) columns.push_back({name});
    return columns;
}

TableColumns columns_for(std::string_view table) {
    return table == "samples" ? sample_columns() : bucket_columns();
}

std::string table_sql(const char* table) {
    std::string list;
    for (const TableColumn& column : columns_for(table))
        list += fmt::format("{}{} {}", list.empty() ? "" : ", ", column.name, column.type);
    return fmt::format("CREATE TABLE {} ({});", table, list);
}

// Those that the file's table has.
Result<std::set<std::string>> known_columns(Database& database, const char* table) {
    auto rows = database.prepare(fmt::format("SELECT name FROM pragma_table_info('{}')", table));
    if (!rows) return rows.error();
    std::set<std::string> names;
    while (true) {
        const auto row = rows->step();
        if (!row) return row.error();
        if (!*row) return names;
        names.insert(rows->text(0));
    }
}

// A series came in since the file was begun.
Result<void> add_columns(Database& database) {
    for (const char* table : {"samples", "minutes", "tens"}) {
        const auto known = known_columns(database, table);
        if (!known) return known.error();
        for (const TableColumn& column : columns_for(table)) {
            if (known->empty() || known->contains(column.name)) continue;
            const auto added =
                database.run(fmt::format("ALTER TABLE {} ADD COLUMN {} {}", table, column.name, column.type));
            if (!added) return added;
        }
    }
    return {};
}

std::string select_sql(Database& database, const char* table) {
    const auto known = known_columns(database, table);
    std::string list;
    for (const TableColumn& column : columns_for(table)) {
        const bool there = !known || known->empty() || known->contains(column.name);
        list += fmt::format("{}{}", list.empty() ? "" : ", ", there ? column.name : "NULL");
    }
    return fmt::format("SELECT {} FROM {}", list, table);
}

std::string insert_sql(const char* table) {
    std::string names, marks;
    for (const TableColumn& column : columns_for(table)) {
        names += (names.empty() ? "" : ", ") + column.name;
        marks += marks.empty() ? "?" : ", ?";
    }
    return fmt::format("INSERT OR IGNORE INTO {} ({}) VALUES ({})", table, names, marks);
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
        return Error{Error::Kind::bad_input, "a database, but not a rampwatch history", where, {}};
    if (*version > kHistorySchema) {
        return Error{Error::Kind::bad_input,
                     fmt::format("written by a newer rampwatch (schema {}; this one knows {})", *version,
                                 kHistorySchema),
                     where, "a newer rampwatch reads it; --history-name NAME begins another"};
    }
    return *version;
}

Result<void> make_tables(Database& database) {
    const std::string sql = fmt::format(
        "BEGIN IMMEDIATE; {} {} {} {} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;", kTables,
        table_sql("samples"), table_sql("minutes"), table_sql("tens"), kApplication, kHistorySchema);
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
        "PRAGMA journal_size_limit=4194304; PRAGMA cache_size=-256; PRAGMA temp_store=MEMORY;");
    if (!set) return set.error();
    if (*schema == 0) {
        if (auto made = make_tables(*database); !made) return made.error();
    } else if (auto upgraded = upgrade_tables(*database, *schema); !upgraded) {
        return upgraded.error();
    } else if (auto added = add_columns(*database); !added) {
        return added.error();
    }
    return database;
}

Result<Database> open_again(const std::string& path, std::chrono::milliseconds patience) {
    auto database = Database::open(path, Database::Mode::write, patience);
    if (!database) return database;
    const auto set =
        database->run("PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-256;");
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
        refused = schema
                      ? Error{Error::Kind::unavailable, "an empty file, not a history", escape(path, 256), {}}
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

std::string insert_sample_sql() { return insert_sql("samples"); }
std::string insert_bucket_sql(const char* table) { return insert_sql(table); }

void bind_look(Statement& statement, const Sample& sample, LifeNumber life) {
    statement.bind(1, sample.mono.count()).bind(2, sample.wall.count()).bind(3, std::int64_t{life});
    statement.bind(4, sample.rss_bytes);
    int parameter = 5;
    for (const SampleField& field : kSampleFields) statement.bind(parameter++, sample.*field.member);
    statement.bind(parameter, count_of(sample.cpu)).bind(parameter + 1, count_of(sample.age));
    parameter += 2;
    bind_limit(statement, parameter, sample.limit);
}

void bind_look(Statement& statement, const Bucket& bucket, LifeNumber life) {
    statement.bind(1, bucket.mono.count()).bind(2, bucket.wall.count()).bind(3, std::int64_t{life});
    statement.bind(4, bucket.span.count()).bind(5, bucket.count).bind(6, count_of(bucket.age));
    bind_limit(statement, 7, bucket.limit);
    int parameter = kBucketHeadColumns + 1;
    bind_stat(statement, parameter, bucket.rss);
    for (const auto& stat : bucket.series) bind_stat(statement, parameter += 4, stat);
    parameter += 4;
    for (const auto& bound : {bucket.fds_limit, bucket.pids_limit, bucket.pids_used})
        statement.bind(parameter++, bound);
}

std::string select_samples_sql(Database& database) { return select_sql(database, "samples"); }
std::string select_buckets_sql(Database& database, const char* table) { return select_sql(database, table); }

Sample sample_of(const Statement& row) {
    Sample sample{.mono = nanoseconds(row.integer(0)), .wall = nanoseconds(row.integer(1))};
    sample.rss_bytes = row.integer(3);
    int column = 4;
    for (const SampleField& field : kSampleFields) sample.*field.member = row.maybe_integer(column++);
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
    column += 4;
    for (auto* bound : {&bucket.fds_limit, &bucket.pids_limit, &bucket.pids_used})
        *bound = row.maybe_integer(column++);
    return bucket;
}

LifeNumber life_of(const Statement& row) {
    return static_cast<LifeNumber>(std::max<std::int64_t>(row.integer(2), 1));
}

}  // namespace rampwatch::store
