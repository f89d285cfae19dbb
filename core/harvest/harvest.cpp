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

// Batches are handed out and handed on in their order, whoever is done first.
class Run {
  public:
    Run(const Settings& settings, const fleet::TargetList& targets, Outcome& outcome,
        const std::function<void(Judged)>& take, const std::function<void(const Progress&)>& progress)
        : settings_(settings),
          plan_(plan_of(settings)),
          targets_(targets),
          outcome_(outcome),
          take_(take),
          progress_(progress) {}

    void work() {
        while (true) {
            std::size_t from = 0;
            {
                const std::lock_guard lock(mutex_);
                if (is_over_ || next_ >= targets_.size() || is_stopped()) return;
                from = next_;
                next_ += plan_.targets;
            }
            Batch batch =
                judge_batch(settings_, outcome_.protocol, plan_, targets_.part(from, plan_.targets));
            const std::lock_guard lock(mutex_);
            done_.emplace(from, std::move(batch));
            hand_on();
        }
    }

    // Those that nobody took up any more.
    void finish() {
        const std::size_t begun = std::min(next_, targets_.size());
        outcome_.not_judged += static_cast<std::int64_t>(targets_.size() - begun);
    }

  private:
    [[nodiscard]] bool is_stopped() const {
        return settings_.server.stop != nullptr && *settings_.server.stop;
    }

    void hand_on() {
        for (auto first = done_.find(handed_); first != done_.end(); first = done_.find(handed_)) {
            Batch batch = std::move(first->second);
            done_.erase(first);
            handed_ += plan_.targets;
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
    Run run(settings, targets, outcome, take, progress);
    std::vector<std::jthread> workers;
    for (unsigned i = 1; i < settings.workers; ++i) workers.emplace_back([&] { run.work(); });
    run.work();
    workers.clear();
    run.finish();
    return outcome;
}

}  // namespace rampwatch::harvest
