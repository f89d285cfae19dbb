// SPDX-License-Identifier: MIT
#include "core/dump/go_job.h"

#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "core/base/poller.h"
#include "core/dump/worker.h"

namespace rampwatch::dump {

namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kPatience = std::chrono::seconds(20);

class GoJob : public Job {
  public:
    GoJob(std::shared_ptr<Worker> worker, StartJob threads)
        : worker_(std::move(worker)), start_threads_(std::move(threads)), until_(boot_now() + kPatience) {
        if (const auto asked = worker_->ask(Order::goroutines, boot_now()); !asked)
            error_ = asked.error();
        else
            waits_ = true;
    }
    ~GoJob() override {
        if (waits_) worker_->abandon();
    }

    [[nodiscard]] int fd() const override { return job_ ? job_->fd() : worker_->fd(); }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override {
        if (job_) return job_->deadline();
        return waits_ ? until_ : boot_now();
    }

    bool turn() override {
        if (!job_ && !wait_for_goroutines()) return false;
        if (!job_ && !threads_) start_threads();
        if (job_ && !threads_) {
            if (!job_->turn()) return false;
            threads_ = job_->take();
        }
        return true;
    }

    Result<Dump> take() override {
        const bool is_go = goroutines_.go.has_value();
        if (!*threads_ && !is_go) return threads_->error();
        Dump dump = *threads_ ? std::move(**threads_) : Dump();
        if (!*threads_)
            dump.warnings.push_back("Its threads could not be read: " + to_string(threads_->error()));
        if (error_ && error_->kind != Error::Kind::not_found && error_->kind != Error::Kind::gone) {
            dump.warnings.push_back("Its goroutines could not be read: " + to_string(*error_));
        }
        if (!is_go) return dump;
        dump.go = goroutines_.go;
        dump.backend = dump.backend.empty() ? "go" : "go and " + dump.backend;
        dump.groups.insert(dump.groups.begin(), std::make_move_iterator(goroutines_.groups.begin()),
                           std::make_move_iterator(goroutines_.groups.end()));
        return dump;
    }

  private:
    // True once there is an answer, or none will come.
    bool wait_for_goroutines() {
        if (!waits_) return true;
        if (auto answer = worker_->take(boot_now())) {
            waits_ = false;
            error_ = std::move(answer->error);
            goroutines_ = std::move(answer->dump);
            return true;
        }
        if (boot_now() < until_) return false;
        worker_->abandon();
        waits_ = false;
        error_ = Error{Error::Kind::timed_out, "it took too long", {}, {}};
        return true;
    }

    void start_threads() {
        auto job = start_threads_();
        if (job)
            job_ = std::move(*job);
        else
            threads_ = job.error();
    }

    std::shared_ptr<Worker> worker_;
    bool waits_ = false;  // for the goroutines
    StartJob start_threads_;
    nanoseconds until_{};
    std::optional<Error> error_{};
    Dump goroutines_{};
    std::unique_ptr<Job> job_{};
    std::optional<Result<Dump>> threads_{};
};

}  // namespace

std::unique_ptr<Job> with_goroutines(std::shared_ptr<Worker> worker, StartJob threads) {
    return std::make_unique<GoJob>(std::move(worker), std::move(threads));
}

}  // namespace rampwatch::dump
