// SPDX-License-Identifier: MIT
// Whose series there are, before any of their values is asked for; and which of them are asked for together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/fleet/selector.h"
#include "core/model/labels.h"

namespace rampwatch::fleet {

// How series find together.
enum class Grouping : std::uint8_t {
    by_target,  // several metrics of one process or container: by pod and container, or job and instance
    by_labels,  // one metric: each set of labels is a target of its own
};

// Equal for the series of one target, over all metrics.
std::string key_of(const Labels& labels, Grouping grouping);

// Targets with the same one can be lives of the same thing, one after another.
std::string lane_key_of(const Labels& labels, Grouping grouping);

inline constexpr std::size_t kMostTargets = 200'000;

// Labels are kept packed: some 300 bytes a target.
class TargetList {
  public:
    TargetList(Grouping grouping, std::uint32_t shard, std::uint32_t shards)
        : grouping_(grouping), shard_(shard), shards_(shards) {}

    // False once there are kMostTargets: nothing more is taken. Those of other shards are counted alone, and
    // so are further series of a target that is there already. `shard` counts from 0.
    bool add(const Labels& labels);

    void clear();  // what was added is void

    // To be called when all are added: into an order in which neighbours belong together. Pods of one
    // workload by the ends of their names, which are random: so that a part of a large one has pods of all
    // its rollouts, which can follow each other, even where nothing is known of their times.
    void sort();

    // Targets one beside another in the list.
    struct Stretch {
        std::size_t from = 0, count = 0;
    };

    // Those that can be lives of the same thing and are more than `most`.
    [[nodiscard]] std::vector<Stretch> larger_than(std::size_t most) const;

    // One of these into an order in which chains stay together; a number of a chain for each of its targets.
    void order(const Stretch& stretch, std::span<const std::size_t> chains);

    // The whole list, cut into parts that come to at most `most` histories, at least 2, and at most
    // `most_targets`: between workloads, or chains, where these are not larger.
    [[nodiscard]] std::vector<Stretch> parts(std::size_t most, std::size_t most_targets) const;

    [[nodiscard]] std::size_t size() const { return packed_.size(); }
    [[nodiscard]] std::vector<Labels> part(std::size_t from, std::size_t count) const;
    [[nodiscard]] std::int64_t of_other_shards() const { return of_other_shards_; }
    [[nodiscard]] std::int64_t listed() const { return listed_; }
    [[nodiscard]] Grouping grouping() const { return grouping_; }

  private:
    // How a target stands to the one before it.
    enum class Place : std::uint8_t { first_beside, beside, first_in_chain, in_chain };

    [[nodiscard]] bool begins(std::size_t at) const {
        return places_[at] == Place::first_beside || places_[at] == Place::first_in_chain;
    }
    [[nodiscard]] std::size_t end_of(std::size_t from) const;  // of what belongs together

    Grouping grouping_;
    std::uint32_t shard_, shards_;
    std::vector<std::string> packed_{};
    std::vector<Place> places_{};
    std::unordered_set<std::uint64_t> keys_{};  // hashes: one in 2^64 of them is lost
    std::int64_t of_other_shards_ = 0, listed_ = 0;
};

// `selector` narrowed so that it finds the series of `targets` and few others: a matcher for each label that
// tells them apart, of those that all their metrics have. `elsewhere`: as Metric has it.
Selector narrowed(const Selector& selector, std::span<const Labels> targets, Grouping grouping,
                  bool elsewhere);

}  // namespace rampwatch::fleet
