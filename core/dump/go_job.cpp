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
    GoJob(std::shared_ptr<Worker> worker, StartJob threads, const PprofSettings& pprof)
        : worker_(std::move(worker)),
          start_threads_(std::move(threads)),
          until_(boot_now() + kPatience + pprof.timeout) {
        const auto asked = worker_->ask(work_of(pprof), boot_now());
        if (asked)
            ticket_ = *asked;
        else
            error_ = asked.error();
    }
    ~GoJob() override { worker_->forget(ticket_); }

    [[nodiscard]] int fd() const override { return job_ ? job_->fd() : worker_->fd(); }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override {
        if (job_) return job_->deadline();
        return ticket_ == 0 || worker_->has(ticket_) ? kDueNow : until_;
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

    [[nodiscard]] bool has_part() const override { return goroutines_.go.has_value(); }

    Result<Dump> take() override {
        if (!threads_) threads_ = Error{Error::Kind::timed_out, "they would take longer", {}, {}};
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
        dump.warnings.insert(dump.warnings.end(), goroutines_.warnings.begin(), goroutines_.warnings.end());
        if (dump.backend.empty()) dump.backend = "go";
        dump.groups.insert(dump.groups.begin(), std::make_move_iterator(goroutines_.groups.begin()),
                           std::make_move_iterator(goroutines_.groups.end()));
        return dump;
    }

  private:
    static Work work_of(const PprofSettings& pprof) {
        Work work;
        if (pprof.place.empty()) return work;
        work.order = Order::profile;
        work.time = pprof.timeout;
        pprof.place.copy(work.place.data(), work.place.size() - 1);
        return work;
    }

    // True once there is an answer, or none will come.
    bool wait_for_goroutines() {
        if (ticket_ == 0) return true;
        auto answer = worker_->take(ticket_, boot_now());
        if (!answer && boot_now() < until_) return false;
        if (!answer) worker_->give_up(ticket_);
        worker_->forget(std::exchange(ticket_, 0));
        if (answer) {
            error_ = std::move(answer->error);
            goroutines_ = std::move(answer->dump);
        } else {
            error_ = Error{Error::Kind::timed_out, "it took too long", {}, {}};
        }
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
    Worker::Ticket ticket_ = 0;  // 0: nothing is awaited
    StartJob start_threads_;
    nanoseconds until_{};
    std::optional<Error> error_{};
    Dump goroutines_{};
    std::unique_ptr<Job> job_{};
    std::optional<Result<Dump>> threads_{};
};

}  // namespace

std::unique_ptr<Job> with_goroutines(std::shared_ptr<Worker> worker, StartJob threads,
                                     const PprofSettings& pprof) {
    return std::make_unique<GoJob>(std::move(worker), std::move(threads), pprof);
}

}  // namespace rampwatch::dump
