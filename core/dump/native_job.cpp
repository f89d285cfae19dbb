// SPDX-License-Identifier: MIT
#include "core/dump/native_job.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/base/poller.h"
#include "core/base/units.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

class NativeJob : public Job {
  public:
    NativeJob(std::shared_ptr<Worker> worker, Worker::Ticket ticket, nanoseconds timeout)
        : worker_(std::move(worker)), ticket_(ticket), timeout_(timeout), deadline_(boot_now() + timeout) {}
    // Ended rather than waited for.
    ~NativeJob() override {
        if (!answer_) worker_->give_up(ticket_);
        worker_->forget(ticket_);
    }

    [[nodiscard]] int fd() const override { return worker_->fd(); }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override {
        return worker_->has(ticket_) ? kDueNow : deadline_;
    }

    bool turn() override {
        if (auto answer = worker_->take(ticket_, boot_now())) {
            answer_ = answer->error ? Result<Dump>(next_way(*answer->error)) : std::move(answer->dump);
            return true;
        }
        if (boot_now() < deadline_) return false;
        worker_->give_up(ticket_);
        answer_ = Error{Error::Kind::unavailable,
                        fmt::format("reading the stacks took longer than {}", format_duration(timeout_)),
                        {},
                        {}};
        return true;
    }

    Result<Dump> take() override { return std::move(*answer_); }

  private:
    // A worker that died says nothing of the target: another way may do.
    static Error next_way(Error error) {
        if (error.kind == Error::Kind::io || error.kind == Error::Kind::timed_out)
            error.kind = Error::Kind::unavailable;
        return error;
    }

    std::shared_ptr<Worker> worker_;
    Worker::Ticket ticket_ = 0;
    nanoseconds timeout_, deadline_;
    std::optional<Result<Dump>> answer_{};
};

}  // namespace

Result<std::unique_ptr<Job>> start_native(std::shared_ptr<Worker> worker, const NativeSettings& settings,
                                          nanoseconds timeout) {
    const auto ticket = worker->ask_stacks(settings, boot_now());
    if (!ticket) return ticket.error();
    return std::unique_ptr<Job>(std::make_unique<NativeJob>(std::move(worker), *ticket, timeout));
}

}  // namespace rampwatch::dump
