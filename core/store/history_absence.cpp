// SPDX-License-Identifier: MIT
#include "core/store/history_absence.h"

#include <unistd.h>

#include "core/store/history_schema.h"

namespace rampwatch::store {
namespace {

using namespace std::chrono_literals;

// The history's clock is as much later than its newest look as the wall clock is.
constexpr const char* kEndLife =
    "UPDATE lives SET ended_wall_ns = ?1, ending = 'unknown', ended_ns = coalesce((SELECT t_ns + max(?1 - "
    "wall_ns, 1) "
    "FROM (SELECT t_ns, wall_ns FROM samples UNION ALL SELECT t_ns, wall_ns FROM minutes UNION ALL SELECT "
    "t_ns, "
    "wall_ns FROM tens ORDER BY t_ns DESC LIMIT 1)), began_ns) "
    "WHERE ended_ns IS NULL AND life = (SELECT max(life) FROM lives)";
constexpr const char* kEndSamples =
    "UPDATE watches SET ended_wall_ns = ?1, reason = ?2 WHERE id = (SELECT max(id) FROM watches)";

Result<void> write(Database& database, std::chrono::nanoseconds wall) {
    auto life = database.prepare(kEndLife);
    if (!life) return life.error();
    if (auto ran = life->bind(1, wall.count()).run(); !ran) return ran;
    auto samples = database.prepare(kEndSamples);
    if (!samples) return samples.error();
    return samples->bind(1, wall.count()).bind(2, kAbsent).run();
}

}  // namespace

Result<bool> note_absence(const HistoryPlace& place, const std::string& target,
                          std::chrono::nanoseconds wall) {
    const std::string path = history_path(place.directory, target);
    if (::access(path.c_str(), F_OK) != 0) return false;
    const auto lock = lock_target(place, target);
    if (!lock) return lock.error();
    auto database = open_history(path, place.group, 2s);
    if (!database) return database.error();
    const auto sampled = database->number(
        "SELECT coalesce((SELECT kind = 'sample' FROM watches ORDER BY id DESC LIMIT 1), -1)");
    if (!sampled) return sampled.error();
    if (*sampled < 0) return false;  // a file without a watch
    if (*sampled == 0) return true;
    if (auto begun = database->run("BEGIN IMMEDIATE"); !begun) return begun.error();
    auto written = write(*database, wall);
    if (written) written = database->run("COMMIT");
    if (written) return true;
    static_cast<void>(database->run("ROLLBACK"));
    return written.error();
}

}  // namespace rampwatch::store
