// SPDX-License-Identifier: MIT
#include "core/harvest/fetch.h"

#include <fmt/format.h>

#include <algorithm>

namespace rampwatch::harvest {
namespace {

using fleet::Matcher;
using fleet::Metric;
using fleet::Role;

constexpr std::size_t kMostListBytes = std::size_t{1} << 30;  // a list of series
constexpr std::size_t kBytesOfCell = 256;  // a time and a value in JSON, and others' series beside them
constexpr std::size_t kFewestPoints = 16;  // of a piece; a server that has no room for these has none

std::string seconds_text(std::int64_t ms) { return fmt::format("{}.{:03}", ms / 1000, ms % 1000); }

std::string_view name_of(const Labels& labels) {
    for (const Label& label : labels)
        if (label.name == "__name__") return label.value;
    return {};
}

// Those by which targets are found.
std::vector<Metric> listed_metrics(const fleet::Preset& preset) {
    const bool has_memory = std::any_of(preset.metrics.begin(), preset.metrics.end(),
                                        [](const Metric& metric) { return metric.role == Role::memory; });
    std::vector<Metric> listed;
    for (const Metric& metric : preset.metrics)
        if (metric.role == (has_memory ? Role::memory : Role::resident) && !metric.elsewhere)
            listed.push_back(metric);
    return listed;
}

fleet::Selector selector_of(const fleet::Selector& common, std::span<const Metric> metrics) {
    std::vector<std::string> names;
    for (const Metric& metric : metrics) names.emplace_back(metric.name);
    fleet::Selector selector = common;
    if (names.size() == 1) {
        selector.push_back({Matcher::Kind::equal, "__name__", names.front()});
    } else {
        selector.push_back({Matcher::Kind::matches, "__name__", fleet::one_of(names)});
    }
    const Metric& first = metrics.front();
    if (!first.label.empty())
        selector.push_back({Matcher::Kind::matches, std::string(first.label), std::string(first.pattern)});
    return selector;
}

bool asked_alike(const Metric& a, const Metric& b) {
    return a.label == b.label && a.pattern == b.pattern && a.elsewhere == b.elsewhere && a.spare == b.spare;
}

// One metric after another of one role would be mixed up in its column: the first that answers has it.
class Claims {
  public:
    bool claim(std::size_t target, Role role, std::string_view metric) {
        const auto [found, is_new] =
            owners_.try_emplace(target * fleet::kRoleCount + fleet::index(role), metric);
        return is_new || found->second == metric;
    }

  private:
    std::unordered_map<std::size_t, std::string> owners_{};
};

// A few moments of a grid, from its first to its last or nearly.
fleet::Grid few_of(const fleet::Grid& grid, std::size_t most) {
    const std::size_t every = std::max<std::size_t>((grid.count + most - 1) / most, 1);
    return {.start_ms = grid.start_ms,
            .step_ms = grid.step_ms * static_cast<std::int64_t>(every),
            .count = (grid.count + every - 1) / every};
}

}  // namespace

std::size_t roles_of(const Query& query) {
    if (query.preset == nullptr) return 1;
    std::array<bool, fleet::kRoleCount> has{};
    for (const Metric& metric : query.preset->metrics) has[fleet::index(metric.role)] |= !metric.spare;
    return static_cast<std::size_t>(std::count(has.begin(), has.end(), true));
}

std::size_t judged_series_of(const Query& query) {
    if (query.preset == nullptr) return 1;
    std::array<bool, fleet::kRoleCount> has{};
    for (const Metric& metric : query.preset->metrics) has[fleet::index(metric.role)] = true;
    return 1 + static_cast<std::size_t>(has[fleet::index(Role::threads)]) +
           static_cast<std::size_t>(has[fleet::index(Role::fds)]) +
           static_cast<std::size_t>(has[fleet::index(Role::goroutines)]);
}

std::optional<Trouble> list_targets(const Server& server, const Query& query, const fleet::Grid& grid,
                                    fleet::TargetList& targets, FetchNotes& notes) {
    Form form;
    if (query.preset == nullptr) {
        form.emplace_back("match[]", fleet::selector_text(query.selector));
    } else {
        for (const Metric& metric : listed_metrics(*query.preset))
            form.emplace_back("match[]",
                              fleet::selector_text(selector_of(query.selector, std::span(&metric, 1))));
    }
    form.emplace_back("start", seconds_text(grid.start_ms));
    form.emplace_back("end", seconds_text(time_ms(grid, grid.count == 0 ? 0 : grid.count - 1)));
    auto trouble = ask(
        server, form_question("/api/v1/series", form, kMostListBytes), notes.asked, [&](HttpStream& stream) {
            notes.answers.is_partial = false;
            targets.clear();
            JsonTokens tokens([&] { return stream.more(); });
            const auto done =
                fleet::read_series(tokens, notes.answers, [&](Labels labels) { return targets.add(labels); });
            notes.partial += notes.answers.is_partial ? 1 : 0;
            return done;
        });
    targets.sort();
    return trouble;
}

std::optional<Trouble> find_presence(const Server& server, const Query& query, const fleet::Grid& grid,
                                     std::vector<Labels> targets, std::size_t most_cells, FetchNotes& notes,
                                     std::vector<fleet::Presence>& presence) {
    constexpr std::size_t kFewest = 16, kMost = 1000;
    const std::vector<Metric> listed =
        query.preset != nullptr ? listed_metrics(*query.preset) : std::vector<Metric>();
    const fleet::Preset preset{.metrics = listed};
    Query question = query;
    if (query.preset != nullptr) question.preset = &preset;
    presence.assign(targets.size(), {});
    const std::size_t points =
        std::clamp(most_cells / std::max<std::size_t>(targets.size(), 1), kFewest, kMost);
    const fleet::Grid few = few_of(grid, points);
    Fetcher fetcher(server, Protocol::range, question, std::move(targets), most_cells, few.count);
    FetchNotes coarse;  // what there is of values is told when all of them are fetched
    auto trouble = fetcher.fetch(few, coarse, [&](const fleet::Columns& columns) {
        for (std::size_t target = 0; target < presence.size(); ++target) {
            const auto [first, end] = columns.extent(target);
            if (first == end) continue;
            auto& [first_ms, last_ms] = presence[target];
            if (first_ms > last_ms) first_ms = time_ms(columns.grid(), first);
            last_ms = time_ms(columns.grid(), end - 1);
        }
    });
    coarse.values = {};
    add(notes, coarse);
    return trouble;
}

Fetcher::Fetcher(const Server& server, Protocol protocol, const Query& query, std::vector<Labels> targets,
                 std::size_t most_cells, std::size_t points)
    : server_(server),
      protocol_(protocol),
      query_(query),
      targets_(std::move(targets)),
      most_cells_(most_cells),
      points_(std::max(points, kFewestPoints)) {
    for (std::size_t i = 0; i < targets_.size(); ++i)
        places_.emplace(fleet::key_of(targets_[i], query_.grouping()), i);
    make_groups();
}

void Fetcher::make_groups() {
    if (query_.preset == nullptr) {
        groups_.push_back({{}, fleet::narrowed(query_.selector, targets_, query_.grouping(), false)});
        return;
    }
    for (const Metric& metric : query_.preset->metrics) {
        const auto found = std::find_if(groups_.begin(), groups_.end(), [&](const Group& group) {
            return asked_alike(group.metrics.front(), metric);
        });
        if (found != groups_.end()) {
            found->metrics.push_back(metric);
        } else {
            groups_.push_back({{metric}, {}});
        }
    }
    for (Group& group : groups_) {
        group.selector = fleet::narrowed(selector_of(query_.selector, group.metrics), targets_,
                                         query_.grouping(), group.metrics.front().elsewhere);
    }
    // Limits of containers are told of pods alone.
    std::erase_if(groups_, [&](const Group& group) {
        const bool has_pods = std::any_of(targets_.begin(), targets_.end(), [](const Labels& labels) {
            return std::any_of(labels.begin(), labels.end(),
                               [](const Label& label) { return label.name == "pod"; });
        });
        return group.metrics.front().elsewhere && !has_pods;
    });
}

std::optional<Trouble> Fetcher::fetch_group(const Group& group, const fleet::Grid& piece,
                                            fleet::Columns& columns, FetchNotes& notes) {
    std::size_t target = 0;
    Role role = Role::only_series;
    bool is_full = false;
    fleet::Columns part(piece, 0, 0);
    Claims claims;
    const Taker taker{
        .anew =
            [&] {
                part = fleet::Columns(piece, targets_.size(), most_cells_ - columns.cells());
                claims = {};
                is_full = false;
            },
        .series =
            [&](const Labels& labels) {
                const auto found = places_.find(fleet::key_of(labels, query_.grouping()));
                if (found == places_.end()) return false;
                target = found->second;
                if (query_.preset == nullptr) return true;
                const std::string_view name = name_of(labels);
                for (const Metric& metric : group.metrics) {
                    if (metric.name != name) continue;
                    role = metric.role;
                    if (metric.spare && columns.has(target, Role::start)) return false;
                    return claims.claim(target, role, name);
                }
                return false;
            },
        .at = [&](double time_s, double value) { is_full |= !part.put(target, role, time_s, value); }};
    const std::size_t most_bytes = most_cells_ * kBytesOfCell + (std::size_t{16} << 20);
    auto trouble = fetch_values(server_, protocol_, group.selector, piece, most_bytes, notes, taker);
    if (!trouble && !is_full) columns.join(std::move(part));
    if (!trouble && is_full)
        trouble =
            Trouble{.error = {Error::Kind::bad_input, "answers with more than was asked for", server_.url,
                              "many series of one target: a narrower --query, or a --preset"},
                    .remedy = Remedy::smaller};
    return trouble;
}

std::optional<Trouble> Fetcher::fetch_piece(const fleet::Grid& piece, fleet::Columns& columns,
                                            FetchNotes& notes) {
    const auto has_unknown_start = [&] {
        for (std::size_t target = 0; target < targets_.size(); ++target)
            if (!columns.has(target, Role::start) && columns.extent(target).second > 0) return true;
        return false;
    };
    for (const Group& group : groups_) {
        const bool is_spare = !group.metrics.empty() && group.metrics.front().spare;
        if (is_spare && !has_unknown_start()) continue;
        if (auto trouble = fetch_group(group, piece, columns, notes)) return trouble;
    }
    return std::nullopt;
}

std::optional<Trouble> Fetcher::fetch(const fleet::Grid& grid, FetchNotes& notes,
                                      const std::function<void(const fleet::Columns&)>& take) {
    for (fleet::Grid left = grid; left.count > 0;) {
        const auto [piece, rest] = split(left, points_);
        fleet::Columns columns(piece, targets_.size(), most_cells_);
        auto trouble = fetch_piece(piece, columns, notes);
        if (!trouble) {
            fleet::add(notes.values, columns.notes());
            take(columns);
            left = rest;
        } else if (trouble->remedy == Remedy::smaller && piece.count > kFewestPoints) {
            ++notes.asked.smaller;
            points_ = std::max(piece.count / 2, kFewestPoints);
        } else {
            return trouble;
        }
    }
    return std::nullopt;
}

}  // namespace rampwatch::harvest
