// SPDX-License-Identifier: MIT
#include "core/dump/threads_step.h"

#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "core/base/poller.h"

namespace rampwatch::dump {
namespace {

class ThreadsStep : public DumpStep {
  public:
    explicit ThreadsStep(ThreadReaders ways) : ways_(std::move(ways)) {}

    bool start(const DumpInHand& /*so_far*/) override {
        if (auto error = start_next()) result_ = std::move(*error);
        return true;
    }
    [[nodiscard]] int fd() const override { return job_ ? job_->fd() : -1; }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override {
        return job_ ? job_->deadline() : kDueNow;
    }

    bool turn() override {
        if (!job_) return true;
        if (!job_->turn()) return false;
        Result<Dump> found = job_->result();
        if (found && is_quick_) {
            found->warnings.insert(
                found->warnings.begin(),
                "Finding names took longer than --dump-timeout allows: these are only addresses.");
        }
        if (!result_ || is_better(found, *result_)) result_ = std::move(found);
        if (wants_quick()) {
            auto job = std::exchange(ways_.quick, {})();
            if (job) {
                job_ = std::move(*job);
                is_quick_ = true;
                return false;
            }
        }
        if (*result_ || result_->error().kind != Error::Kind::unavailable) return true;
        missing_.push_back(result_->error());
        if (next_ < ways_.list.size() && !start_next()) return false;
        if (missing_.size() > 1) result_ = all_missing();
        return true;
    }

    void fill(DumpInHand& in_hand) override {
        if (!result_) result_ = Error{Error::Kind::timed_out, "reading them would take too long", {}, {}};
        Dump& dump = in_hand.dump;
        if (!*result_) {
            in_hand.error = result_->error();
            dump.warnings.insert(dump.warnings.begin(),
                                 "Its threads could not be read: " + to_string(result_->error()));
            return;
        }
        Dump& read = **result_;
        for (const Error& error : missing_)
            read.warnings.push_back(fmt::format("Read by {}: {}.", read.backend, error.what));
        in_hand.has_stacks = true;
        append(read.warnings, dump.warnings);
        dump.groups.insert(dump.groups.end(), std::make_move_iterator(read.groups.begin()),
                           std::make_move_iterator(read.groups.end()));
        read.groups = std::move(dump.groups);
        read.go = std::move(dump.go);
        dump = std::move(read);
    }

  private:
    static void append(std::vector<std::string>& to, std::vector<std::string>& more) {
        to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }

    // The first way that can be started; else why the last could not.
    std::optional<Error> start_next() {
        Error last{Error::Kind::unavailable, "no way to read stacks", {}, {}};
        while (next_ < ways_.list.size()) {
            auto job = ways_.list[next_++]();
            if (job) {
                job_ = std::move(*job);
                return std::nullopt;
            }
            missing_.push_back(job.error());
            last = job.error();
            if (last.kind != Error::Kind::unavailable && last.kind != Error::Kind::not_found) break;
        }
        return missing_.size() > 1 ? all_missing() : last;
    }

    static bool is_better(const Result<Dump>& a, const Result<Dump>& b) {
        if (!a || !b) return a.has_value();
        return a->threads >= b->threads;
    }

    // Names took too long: addresses alone, of all threads, say more than names of some.
    [[nodiscard]] bool wants_quick() const {
        if (!ways_.quick) return false;
        return *result_ ? (*result_)->timed_out : result_->error().kind == Error::Kind::timed_out;
    }

    [[nodiscard]] Error all_missing() const {
        std::string what, hint;
        for (const Error& error : missing_) {
            what += (what.empty() ? "" : ", and ") + error.what;
            hint += (hint.empty() || error.hint.empty() ? "" : ", or ") + error.hint;
        }
        return {Error::Kind::unavailable, std::move(what), {}, std::move(hint)};
    }

    ThreadReaders ways_;
    std::size_t next_ = 0;
    bool is_quick_ = false;  // the try with addresses alone is on
    std::vector<Error> missing_{};
    std::unique_ptr<Job> job_{};
    std::optional<Result<Dump>> result_{};
};

}  // namespace

std::unique_ptr<DumpStep> threads_step(ThreadReaders ways) {
    return std::make_unique<ThreadsStep>(std::move(ways));
}

}  // namespace rampwatch::dump
