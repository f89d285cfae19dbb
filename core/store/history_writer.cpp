// SPDX-License-Identifier: MIT
#include "core/store/history_writer.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/base/text.h"
#include "core/model/words.h"
#include "core/store/history_thin.h"
#include "core/store/history_upkeep.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr auto kPatience = 25ms;  // of a commit inside a tick
constexpr int kMostNames = 99;    // "nginx-99"
constexpr int kCommitsOfCheckpoint = 128;

constexpr const char* kNewest =
    "SELECT t_ns, wall_ns FROM samples UNION ALL SELECT t_ns, wall_ns FROM minutes "
    "UNION ALL SELECT t_ns, wall_ns FROM tens ORDER BY t_ns DESC LIMIT 1";

std::string numbered(const std::string& target, int number) {
    return number == 1 ? target : fmt::format("{}-{}", target, number);
}

bool is_there(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// Was this very process the last one that was recorded there?
bool ends_with(const std::string& path, const Life& who) {
    auto database = open_to_read(path);
    if (!database) return false;
    auto last = database->prepare("SELECT boot_id, pid, start_ticks FROM lives ORDER BY life DESC LIMIT 1");
    if (!last) return false;
    const auto row = last->step();
    return row && *row && last->text(0) == who.boot_id && last->integer(1) == who.pid &&
           last->integer(2) == static_cast<std::int64_t>(who.start_ticks);
}

struct Taken {
    std::string target{};
    TargetLock lock{};
};

Result<Taken> take_name(const HistorySettings& settings, const Life& who) {
    const std::string& directory = settings.place.directory;
    if (is_there(history_path(directory, numbered(settings.target, 2)))) {
        for (int number = 1; number <= kMostNames; ++number) {
            std::string target = numbered(settings.target, number);
            const std::string path = history_path(directory, target);
            if (!is_there(path)) break;
            if (!ends_with(path, who)) continue;
            if (auto lock = lock_target(settings.place, target); lock)
                return Taken{std::move(target), std::move(*lock)};
        }
    }
    for (int number = 1; number <= kMostNames; ++number) {
        std::string target = numbered(settings.target, number);
        auto lock = lock_target(settings.place, target);
        if (lock) return Taken{std::move(target), std::move(*lock)};
        // A single sample of what is watched already would be one too many.
        if (lock.error().kind != Error::Kind::timed_out || settings.watching.one_shot || number == kMostNames)
            return lock.error();
    }
    return Error{};
}

}  // namespace

Result<std::unique_ptr<HistoryWriter>> HistoryWriter::open(const HistorySettings& settings, const Life& who,
                                                           nanoseconds mono, nanoseconds wall) {
    if (auto made = make_place(settings.place); !made) return made.error();
    auto taken = take_name(settings, who);
    if (!taken) return taken.error();
    const std::string path = history_path(settings.place.directory, taken->target);
    auto database = open_history(path, settings.place.group, kPatience);
    if (!database) return database.error();
    std::unique_ptr<HistoryWriter> writer(
        new HistoryWriter(std::move(taken->target), std::move(taken->lock), std::move(*database)));
    if (auto begun = writer->begin(); !begun) return begun.error();
    Result<void> settled = writer->settle_clock(who.boot_id, mono, wall);
    if (settled) settled = writer->settle_life(who, settings.watching.whole, mono, wall);
    if (settled) settled = writer->settle_watch(settings, mono, wall);
    if (settled) settled = writer->describe(settings);
    if (settled) settled = writer->commit();
    if (!settled) {
        writer->rollback();
        return settled.error();
    }
    auto insert = writer->database_.prepare(insert_sample_sql());
    if (!insert) return insert.error();
    writer->insert_sample_ = std::move(*insert);
    writer->upkeep_ = std::make_unique<Upkeep>(path, settings.keep, settings.watching.one_shot);
    return writer;
}

HistoryWriter::HistoryWriter(std::string target, TargetLock lock, Database database)
    : target_(std::move(target)), lock_(std::move(lock)), database_(std::move(database)) {}

HistoryWriter::~HistoryWriter() = default;

const std::string& HistoryWriter::path() const { return database_.path(); }

// A new boot goes on where the last look was, by as much later as the wall clock says.
Result<void> HistoryWriter::settle_clock(const std::string& boot_id, nanoseconds mono, nanoseconds wall) {
    auto known = database_.prepare("SELECT shift_ns FROM boots WHERE boot_id = ?");
    if (!known) return known.error();
    const auto row = known->bind(1, boot_id).step();
    if (!row) return row.error();
    if (*row) {
        shift_ = nanoseconds(known->integer(0));
        return {};
    }
    auto newest = database_.prepare(kNewest);
    if (!newest) return newest.error();
    const auto last = newest->step();
    if (!last) return last.error();
    if (*last) {
        const nanoseconds since = wall - nanoseconds(newest->integer(1));
        shift_ = nanoseconds(newest->integer(0)) + std::max<nanoseconds>(since, 1ns) - mono;
    }
    newest->reset();
    auto insert = database_.prepare("INSERT INTO boots VALUES (?, ?)");
    if (!insert) return insert.error();
    return insert->bind(1, boot_id).bind(2, shift_.count()).run();
}

namespace {

// By execve a process goes on in another program, and its last life is over. Where either is not known by its
// file, or the file was only replaced, it is the same.
bool is_other_program(std::string_view before, std::string_view now) {
    constexpr std::string_view kDeleted = " (deleted)";
    for (std::string_view* name : {&before, &now}) {
        if (name->ends_with(kDeleted)) name->remove_suffix(kDeleted.size());
        if (!name->starts_with('/')) return false;
    }
    return before != now;
}

}  // namespace

// Another scope is another series: the same process begins a life anew, and floors are learned anew.
Result<void> HistoryWriter::settle_life(const Life& who, bool whole, nanoseconds mono, nanoseconds wall) {
    auto same = database_.prepare(
        "SELECT life, executable FROM lives WHERE boot_id = ? AND pid = ? AND start_ticks = ? AND life = "
        "(SELECT "
        "max(life) "
        "FROM lives) AND coalesce(scope, 'process') = ?");
    if (!same) return same.error();
    const std::string_view scope = whole ? kScopeWhole : kScopeProcess;
    const auto start_ticks = static_cast<std::int64_t>(who.start_ticks);
    const auto row =
        same->bind(1, who.boot_id).bind(2, std::int64_t{who.pid}).bind(3, start_ticks).bind(4, scope).step();
    if (!row) return row.error();
    if (*row && !is_other_program(same->text(1), who.executable)) {
        life_ = static_cast<LifeNumber>(same->integer(0));
        same->reset();
        // Somebody may have looked for it in vain: its pidfile was being written.
        return database_.run(
            fmt::format("UPDATE lives SET ended_ns = NULL, ended_wall_ns = NULL, ending = NULL, "
                        "status = NULL WHERE life = {} AND ended_ns IS NOT NULL",
                        life_));
    }
    same->reset();
    const auto last = database_.number("SELECT coalesce(max(life), 0) FROM lives");
    if (!last) return last.error();
    life_ = static_cast<LifeNumber>(*last + 1);
    auto insert = database_.prepare(
        "INSERT INTO lives (life, boot_id, pid, start_ticks, started_wall_ns, executable, comm, unit, "
        "command_line, "
        "began_ns, began_wall_ns, scope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!insert) return insert.error();
    insert->bind(12, scope);
    insert->bind(1, std::int64_t{life_})
        .bind(2, who.boot_id)
        .bind(3, std::int64_t{who.pid})
        .bind(4, start_ticks);
    insert->bind(5, who.started_wall.count()).bind(6, who.executable).bind(7, who.comm);
    if (who.unit) insert->bind(8, *who.unit);
    if (who.command_line) insert->bind(9, *who.command_line);
    return insert->bind(10, (mono + shift_).count()).bind(11, wall.count()).run();
}

// Single samples share one row, whose interval is the gap between the last two of them, or since the process
// was looked for in vain.
Result<void> HistoryWriter::settle_watch(const HistorySettings& settings, nanoseconds mono,
                                         nanoseconds wall) {
    const Watching& watching = settings.watching;
    const std::string_view kind = watching.one_shot ? "sample" : "watch";
    nanoseconds interval = watching.interval;
    if (watching.one_shot) {
        auto newest = database_.prepare(kNewest);
        if (!newest) return newest.error();
        const auto row = newest->step();
        if (!row) return row.error();
        if (*row) interval = std::max<nanoseconds>(mono + shift_ - nanoseconds(newest->integer(0)), 1s);
        auto last = database_.prepare(
            "SELECT id, ended_wall_ns FROM watches WHERE kind = 'sample' AND id = "
            "(SELECT max(id) FROM watches)");
        if (!last) return last.error();
        const auto found = last->step();
        if (!found) return found.error();
        if (*found) watch_ = last->integer(0);
        if (*found && !last->is_null(1))
            interval = std::clamp<nanoseconds>(wall - nanoseconds(last->integer(1)), 1s,
                                               std::max<nanoseconds>(interval, 1s));
        last->reset();
    }
    if (watch_ == 0) {
        const auto last = database_.number("SELECT coalesce(max(id), 0) FROM watches");
        if (!last) return last.error();
        watch_ = *last + 1;
    }
    auto insert = database_.prepare(
        "INSERT OR REPLACE INTO watches (id, kind, life, pid, began_ns, began_wall_ns, interval_ns, "
        "patience_ns, "
        "min_growth_bytes, min_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!insert) return insert.error();
    insert->bind(1, watch_).bind(2, kind).bind(3, std::int64_t{life_}).bind(4, std::int64_t{::getpid()});
    insert->bind(5, (mono + shift_).count()).bind(6, wall.count()).bind(7, interval.count());
    insert->bind(8, watching.patience.count())
        .bind(9, watching.min_growth_bytes)
        .bind(10, watching.min_count);
    return insert->run();
}

Result<void> HistoryWriter::describe(const HistorySettings& settings) {
    auto insert = database_.prepare("INSERT OR REPLACE INTO target VALUES (?, ?)");
    if (!insert) return insert.error();
    if (auto named = insert->bind(1, "name").bind(2, target_).run(); !named) return named;
    const std::array<std::pair<const char*, nanoseconds>, 3> keeps = {
        {{"keep_raw_ns", settings.keep.raw},
         {"keep_minutes_ns", settings.keep.minutes},
         {"keep_tens_ns", settings.keep.tens}}};
    for (const auto& [key, keep] : keeps) {
        if (auto kept = insert->bind(1, key).bind(2, keep.count()).run(); !kept) return kept;
    }
    return {};
}

Result<void> HistoryWriter::add(const Sample& sample, LifeNumber life) {
    bind_look(insert_sample_, sample, life);
    auto ran = insert_sample_.run();
    if (ran && ++commits_ >= kCommitsOfCheckpoint) {
        commits_ = 0;
        upkeep_->checkpoint_soon();
    }
    return ran;
}

Result<void> HistoryWriter::add_event(std::string_view kind, std::string_view json, LifeNumber life,
                                      nanoseconds mono, nanoseconds wall) {
    auto insert =
        database_.prepare("INSERT INTO events (t_ns, wall_ns, life, kind, json) VALUES (?, ?, ?, ?, ?)");
    if (!insert) return insert.error();
    insert->bind(1, mono.count()).bind(2, wall.count()).bind(3, std::int64_t{life});
    return insert->bind(4, kind).bind(5, json).run();
}

Result<void> HistoryWriter::add_dump(const Dump& dump, std::string_view json, LifeNumber life,
                                     nanoseconds mono) {
    auto insert =
        database_.prepare("INSERT INTO dumps (t_ns, wall_ns, life, reason, json) VALUES (?, ?, ?, ?, ?)");
    if (!insert) return insert.error();
    insert->bind(1, mono.count()).bind(2, dump.wall.count()).bind(3, std::int64_t{life});
    if (auto ran = insert->bind(4, word(dump.reason)).bind(5, json).run(); !ran) return ran;
    const auto id = database_.number("SELECT max(id) FROM dumps");
    if (!id) return id.error();
    auto group_row = database_.prepare(
        "INSERT OR REPLACE INTO groups (dump, rank, kind, count, change, state, function) VALUES (?, ?, ?, "
        "?, ?, ?, "
        "?)");
    if (!group_row) return group_row.error();
    std::int64_t rank = 0;
    for (const Group& group : dump.groups) {
        group_row->bind(1, *id)
            .bind(2, rank++)
            .bind(3, word(group.kind))
            .bind(4, group.count)
            .bind(5, group.change);
        group_row->bind_null(6).bind_null(7);
        if (group.state) group_row->bind(6, *group.state);
        if (group.own_frame < group.frames.size() && group.frames[group.own_frame].function)
            group_row->bind(7, *group.frames[group.own_frame].function);
        if (auto ran = group_row->run(); !ran) return ran;
    }
    return {};
}

Result<void> HistoryWriter::end_life(LifeNumber life, const Ending& ending, nanoseconds mono,
                                     nanoseconds wall) {
    auto update = database_.prepare(
        "UPDATE lives SET ended_ns = ?, ended_wall_ns = ?, ending = ?, status = ? WHERE life = ?");
    if (!update) return update.error();
    update->bind(1, mono.count())
        .bind(2, wall.count())
        .bind(3, word(ending.reason))
        .bind(5, std::int64_t{life});
    if (ending.status) update->bind(4, std::int64_t{*ending.status});
    return update->run();
}

Result<void> HistoryWriter::end_watch(std::string_view reason, nanoseconds wall) {
    auto update = database_.prepare("UPDATE watches SET ended_wall_ns = ?, reason = ? WHERE id = ?");
    if (!update) return update.error();
    return update->bind(1, wall.count()).bind(2, reason).bind(3, watch_).run();
}

Result<void> HistoryWriter::begin() { return database_.run("BEGIN IMMEDIATE"); }
Result<void> HistoryWriter::commit() { return database_.run("COMMIT"); }
void HistoryWriter::rollback() { static_cast<void>(database_.run("ROLLBACK")); }

std::optional<Error> HistoryWriter::upkeep_error() const { return upkeep_->error(); }

}  // namespace rampwatch::store
