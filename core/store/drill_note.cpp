// SPDX-License-Identifier: MIT
// "nginx.drill" beside "nginx.db": nanoseconds since the Unix epoch, and a newline.
#include "core/store/drill_note.h"

#include <fmt/format.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/whole_file.h"
#include "core/store/history_place.h"

namespace rampwatch::store {
namespace {

std::string note_beside(std::string database) {
    database.resize(database.size() - 3);  // ".db"
    return database + ".drill";
}

}  // namespace

Result<void> note_drill(const std::string& database, std::chrono::nanoseconds wall) {
    return write_whole(note_beside(database), fmt::format("{}\n", wall.count()), 0640);
}

std::optional<std::chrono::nanoseconds> noted_drill(const std::string& directory, std::string_view target) {
    const auto text = read_file(note_beside(history_path(directory, target)), 64);
    const auto count = text ? parse_count(trim(*text)) : std::nullopt;
    return count ? std::optional(std::chrono::nanoseconds(*count)) : std::nullopt;
}

}  // namespace rampwatch::store
