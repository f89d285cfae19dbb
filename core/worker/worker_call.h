// SPDX-License-Identifier: MIT
// One order to a worker, from asking to its answer: who holds a call holds its ticket, and nobody else does.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "core/worker/worker.h"

namespace rampwatch::worker {

// What becomes of an order whose call is destroyed before its answer came.
enum class Abandon : std::uint8_t {
    forget,  // the worker goes on with it, for what it learns
    end,     // the worker that is at it is ended
};

// Asked when it is made. Destroyed early it leaves nothing behind, and does not block.
class AnyWorkerCall {
  public:
    AnyWorkerCall(std::shared_ptr<Worker> worker, Order order, Abandon abandon);
    AnyWorkerCall(const AnyWorkerCall&) = delete;
    AnyWorkerCall& operator=(const AnyWorkerCall&) = delete;
    ~AnyWorkerCall();

    [[nodiscard]] int fd() const { return worker_->fd(); }
    // CLOCK_BOOTTIME at which poll() is due even if nothing can be read.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const;

    // Without blocking: the answer once, empty until it is there. An Error too where the worker could not be
    // asked, died, or took longer than the order allows (timed_out; it is ended then).
    std::optional<Answer> poll_any();

    // The same, waited for.
    Answer wait_any();

  private:
    std::shared_ptr<Worker> worker_;
    Abandon abandon_;
    Worker::Ticket ticket_ = 0;  // 0: nothing is awaited
    std::chrono::nanoseconds until_{};
    std::optional<Answer> refused_{};  // why it could not be asked
};

// The same for an order of one type.
template <class O>
class WorkerCall {
  public:
    using Answered = Result<typename O::Answer>;

    // `how`: its cost; its task is `order`.
    WorkerCall(std::shared_ptr<Worker> worker, O order, Order how = {}, Abandon abandon = Abandon::forget)
        : call_(std::move(worker), with_task(std::move(how), std::move(order)), abandon) {}

    [[nodiscard]] int fd() const { return call_.fd(); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const { return call_.deadline(); }
    [[nodiscard]] std::chrono::nanoseconds cpu() const { return cpu_; }  // that the answer took

    std::optional<Answered> poll() {
        auto answer = call_.poll_any();
        return answer ? std::optional(learn(std::move(*answer))) : std::nullopt;
    }
    Answered wait() { return learn(call_.wait_any()); }

  private:
    static Order with_task(Order how, O order) {
        how.task = std::move(order);
        return how;
    }
    Answered learn(Answer answer) {
        cpu_ = answer.cpu;
        return take_answer<O>(std::move(answer.payload));
    }

    AnyWorkerCall call_;
    std::chrono::nanoseconds cpu_{};
};

}  // namespace rampwatch::worker
