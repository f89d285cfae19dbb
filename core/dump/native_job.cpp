// SPDX-License-Identifier: MIT
#include "core/dump/native_job.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/base/units.h"
#include "core/worker/worker_call.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

class NativeJob : public Job {
  public:
    NativeJob(std::shared_ptr<worker::Worker> worker, const native::NativeSettings& settings,
              nanoseconds timeout)
        : timeout_(timeout),
          call_(std::move(worker), worker::order::Stacks{settings}, worker::Order{.time = timeout},
                worker::Abandon::end) {}

    [[nodiscard]] int fd() const override { return call_.fd(); }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override { return call_.deadline(); }
    bool turn() override {
        answer_ = call_.poll();
        return answer_.has_value();
    }
    Result<Dump> result() override {
        if (!*answer_) return next_way(answer_->error());
        return std::move((**answer_).dump);
    }

  private:
    // A worker that died, or hangs, says nothing of the target: another way may do.
    [[nodiscard]] Error next_way(Error error) const {
        if (error.kind == Error::Kind::timed_out)
            return {Error::Kind::unavailable,
                    fmt::format("reading the stacks took longer than {}", format_duration(timeout_)),
                    {},
                    {}};
        if (error.kind == Error::Kind::io) error.kind = Error::Kind::unavailable;
        return error;
    }

    nanoseconds timeout_;
    worker::WorkerCall<worker::order::Stacks> call_;
    std::optional<Result<worker::answer::Stacks>> answer_{};
};

}  // namespace

std::unique_ptr<Job> start_native(std::shared_ptr<worker::Worker> worker,
                                  const native::NativeSettings& settings, nanoseconds timeout) {
    return std::make_unique<NativeJob>(std::move(worker), settings, timeout);
}

}  // namespace rampwatch::dump
