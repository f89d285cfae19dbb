// SPDX-License-Identifier: MIT
// Series of a few targets out of a server, a piece of their time after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/fleet/chains.h"
#include "core/fleet/columns.h"
#include "core/fleet/grid.h"
#include "core/fleet/preset.h"
#include "core/fleet/selector.h"
#include "core/fleet/target_list.h"
#include "core/harvest/protocol.h"
#include "core/harvest/server.h"
#include "core/model/sample.h"

namespace rampwatch::harvest {

// Which metrics of which targets.
struct Query {
    fleet::Selector selector{};  // with a name where there is no preset, without one where there is
    const fleet::Preset* preset = nullptr;  // null: the one metric
    Series only = Series::memory;           // what that one counts

    [[nodiscard]] fleet::Grouping grouping() const {
        return preset == nullptr ? fleet::Grouping::by_labels : fleet::Grouping::by_target;
    }
};

// Roles that a target of this query has at most; for memory bounds.
std::size_t roles_of(const Query& query);
std::size_t judged_series_of(const Query& query);

// Those that have a value between the two ends of the grid. Trouble with where it began.
std::optional<Trouble> list_targets(const Server& server, const Query& query, const fleet::Grid& grid,
                                    fleet::TargetList& targets, FetchNotes& notes);

// When each of these targets was there, as a question with few moments sees it; as many as `targets`. At most
// `most_cells` values are in memory.
std::optional<Trouble> find_presence(const Server& server, const Query& query, const fleet::Grid& grid,
                                     std::vector<Labels> targets, std::size_t most_cells, FetchNotes& notes,
                                     std::vector<fleet::Presence>& presence);

class Fetcher {
  public:
    Fetcher(const Server& server, Protocol protocol, const Query& query, std::vector<Labels> targets,
            std::size_t most_cells, std::size_t points);

    // Calls `take` for one piece after the other, in the order of time. Where the server wants less at once,
    // the pieces become smaller, down to a few points.
    std::optional<Trouble> fetch(const fleet::Grid& grid, FetchNotes& notes,
                                 const std::function<void(const fleet::Columns&)>& take);

    [[nodiscard]] const std::vector<Labels>& targets() const { return targets_; }

  private:
    // Metrics that one question asks for.
    struct Group {
        std::vector<fleet::Metric> metrics{};
        fleet::Selector selector{};
    };
    void make_groups();
    std::optional<Trouble> fetch_piece(const fleet::Grid& piece, fleet::Columns& columns, FetchNotes& notes);
    std::optional<Trouble> fetch_group(const Group& group, const fleet::Grid& piece, fleet::Columns& columns,
                                       FetchNotes& notes);

    const Server& server_;
    Protocol protocol_;
    const Query& query_;
    std::vector<Labels> targets_;
    std::size_t most_cells_, points_;
    std::vector<Group> groups_{};
    std::unordered_map<std::string, std::size_t> places_{};
};

}  // namespace rampwatch::harvest
