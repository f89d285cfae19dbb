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
    NativeJob(std::shared_ptr<Worker> worker, nanoseconds timeout)
        : worker_(std::move(worker)), timeout_(timeout), deadline_(boot_now() + timeout) {}
    ~NativeJob() override {
        if (!answer_) worker_->abandon();
    }

    [[nodiscard]] int fd() const override { return worker_->fd(); }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override { return deadline_; }

    bool turn() override {
        if (auto answer = worker_->take(boot_now())) {
            answer_ = answer->error ? Result<Dump>(next_way(*answer->error)) : std::move(answer->dump);
            return true;
        }
        if (boot_now() < deadline_) return false;
        worker_->abandon();
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
    nanoseconds timeout_, deadline_;
    std::optional<Result<Dump>> answer_{};
};

}  // namespace

Result<std::unique_ptr<Job>> start_native(std::shared_ptr<Worker> worker, const NativeSettings& settings,
                                          nanoseconds timeout) {
    if (auto asked = worker->ask_stacks(settings, boot_now()); !asked) return asked.error();
    return std::unique_ptr<Job>(std::make_unique<NativeJob>(std::move(worker), timeout));
}

}  // namespace rampwatch::dump
