// SPDX-License-Identifier: MIT
#include "core/harvest/harvest.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace rampwatch::harvest {
namespace {

// Over all workers. A Judge learns up to 64 KiB a series; a cell is 8 bytes.
constexpr std::size_t kJudgeBytes = std::size_t{24} << 20;
constexpr std::size_t kBytesOfJudge = std::size_t{64} << 10;
constexpr std::size_t kCells = std::size_t{3} << 19;  // 12 MiB
constexpr std::size_t kMostPoints = 11'000;           // Prometheus's own bound
constexpr std::size_t kMostAtOnce = 500;
constexpr std::size_t kMostAskedWhen = 16'000;  // targets that one question asks when they were there

struct Plan {
    std::size_t targets = 1;  // at once
    std::size_t cells = 1;    // of one piece
    std::size_t points = 1;   // of each series in it
};

Plan plan_of(const Settings& settings) {
    const std::size_t workers = std::max(settings.workers, 1U);
    Plan plan;
    const std::size_t judges = kJudgeBytes / workers / kBytesOfJudge;
    plan.targets = std::clamp<std::size_t>(judges / judged_series_of(settings.query), 4, kMostAtOnce);
    plan.cells = kCells / workers;
    plan.points =
        std::clamp<std::size_t>(plan.cells / plan.targets / roles_of(settings.query), 16, kMostPoints);
    return plan;
}

// What some targets came to.
struct Batch {
    std::vector<Judged> judged{};
    std::optional<Trouble> trouble{};
    FetchNotes notes{};
    std::size_t targets = 0;
    std::int64_t silent = 0;
};

Batch judge_batch(const Settings& settings, Protocol protocol, const Plan& plan,
                  std::vector<Labels> targets) {
    Batch batch{.targets = targets.size()};
    Fetcher fetcher(settings.server, protocol, settings.query, std::move(targets), plan.cells, plan.points);
    Lanes lanes(fetcher.targets(), settings.query.grouping(), settings.query.only, settings.judge,
                settings.with_charts);
    batch.trouble = fetcher.fetch(settings.grid, batch.notes,
                                  [&](const fleet::Columns& columns) { lanes.take(columns); });
    batch.notes.values.gaps = lanes.gaps();
    if (batch.trouble) return batch;  // with a piece missing, what it says is not what it was
    batch.judged = lanes.result();
    batch.silent = lanes.silent();
    return batch;
}

// Pods of a workload that do not fit in hand at once: those that follow each other are brought together, so
// that they are one history. Where the server does not say when they were there, they stay as they are.
void chain_large_ones(const Settings& settings, const Plan& plan, fleet::TargetList& targets,
                      FetchNotes& notes) {
    for (const auto& stretch : targets.larger_than(plan.targets)) {
        if (settings.server.stop != nullptr && *settings.server.stop) return;
        std::vector<fleet::Presence> all, some;
        for (std::size_t at = 0; at < stretch.count; at += some.size()) {
            const std::size_t count = std::min(stretch.count - at, kMostAskedWhen);
            if (find_presence(settings.server, settings.query, settings.grid,
                              targets.part(stretch.from + at, count), kCells, notes, some))
                return;
            all.insert(all.end(), some.begin(), some.end());
        }
        targets.order(stretch, fleet::chains_of(all));
    }
}

// Batches are handed out and handed on in their order, whoever is done first.
class Run {
  public:
    Run(const Settings& settings, const Plan& plan, const fleet::TargetList& targets, Outcome& outcome,
        const std::function<void(Judged)>& take, const std::function<void(const Progress&)>& progress)
        : settings_(settings),
          plan_(plan),
          targets_(targets),
          parts_(targets.parts(plan.targets, std::max(kMostAtOnce, plan.targets))),
          outcome_(outcome),
          take_(take),
          progress_(progress) {}

    void work() {
        while (true) {
            std::size_t number = 0;
            {
                const std::lock_guard lock(mutex_);
                if (is_over_ || next_ >= parts_.size() || is_stopped()) return;
                number = next_++;
            }
            const auto& [from, count] = parts_[number];
            Batch batch = judge_batch(settings_, outcome_.protocol, plan_, targets_.part(from, count));
            const std::lock_guard lock(mutex_);
            done_.emplace(number, std::move(batch));
            hand_on();
        }
    }

    // Those that nobody took up any more.
    void finish() {
        for (; next_ < parts_.size(); ++next_)
            outcome_.not_judged += static_cast<std::int64_t>(parts_[next_].count);
    }

  private:
    [[nodiscard]] bool is_stopped() const {
        return settings_.server.stop != nullptr && *settings_.server.stop;
    }

    void hand_on() {
        for (auto first = done_.find(handed_); first != done_.end(); first = done_.find(handed_)) {
            Batch batch = std::move(first->second);
            done_.erase(first);
            ++handed_;
            told_ += batch.targets;
            add(outcome_.notes, batch.notes);
            outcome_.silent += batch.silent;
            if (batch.trouble) {
                outcome_.not_judged += static_cast<std::int64_t>(batch.targets);
                if (!outcome_.trouble) outcome_.trouble = batch.trouble->error;
                is_over_ |= batch.trouble->error.kind != Error::Kind::bad_input;  // it is gone, or shut
            }
            for (Judged& judged : batch.judged) take_(std::move(judged));
            if (progress_) progress_({told_, targets_.size()});
        }
    }

    const Settings& settings_;
    const Plan plan_;
    const fleet::TargetList& targets_;
    const std::vector<fleet::TargetList::Stretch> parts_;
    Outcome& outcome_;
    const std::function<void(Judged)>& take_;
    const std::function<void(const Progress&)>& progress_;
    std::mutex mutex_{};
    std::map<std::size_t, Batch> done_{};
    std::size_t next_ = 0, handed_ = 0, told_ = 0;
    bool is_over_ = false;
};

}  // namespace

Outcome harvest(const Settings& settings, const std::function<void(Judged)>& take,
                const std::function<void(const Progress&)>& progress) {
    Outcome outcome;
    fleet::TargetList targets(settings.query.grouping(), settings.shard, settings.shards);
    if (auto trouble = list_targets(settings.server, settings.query, settings.grid, targets, outcome.notes))
        outcome.trouble = trouble->error;
    outcome.listed = targets.listed();
    outcome.of_other_shards = targets.of_other_shards();
    outcome.targets = static_cast<std::int64_t>(targets.size());
    outcome.is_cut = targets.size() == fleet::kMostTargets;
    if (outcome.trouble) {
        outcome.not_judged = outcome.targets;
        return outcome;
    }
    outcome.protocol =
        settings.protocol ? *settings.protocol : find_protocol(settings.server, outcome.notes.asked);
    const Plan plan = plan_of(settings);
    chain_large_ones(settings, plan, targets, outcome.notes);
    Run run(settings, plan, targets, outcome, take, progress);
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < settings.workers; ++i) workers.emplace_back([&] { run.work(); });
    run.work();
    workers.clear();
    run.finish();
    return outcome;
}

}  // namespace rampwatch::harvest
