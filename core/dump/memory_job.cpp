// SPDX-License-Identifier: MIT
#include "core/dump/memory_job.h"

#include <utility>

#include "core/base/poller.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

// Beyond its budget: one mapping may be so big that the kernel takes long for it.
constexpr nanoseconds kGrace = std::chrono::seconds(15);

class MemoryJob : public Job {
  public:
    MemoryJob(std::shared_ptr<Worker> worker, std::unique_ptr<Job> stacks, nanoseconds budget)
        : worker_(std::move(worker)), stacks_(std::move(stacks)), budget_(budget) {}
    ~MemoryJob() override { worker_->forget(ticket_); }

    [[nodiscard]] int fd() const override { return dump_ ? worker_->fd() : stacks_->fd(); }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override {
        if (!dump_) return stacks_->deadline();
        return worker_->has(ticket_) ? kDueNow : until_;
    }

    bool turn() override {
        if (!dump_) {
            if (!stacks_->turn()) return false;
            dump_ = stacks_->take();
            if (!*dump_ || !ask()) return true;
        }
        auto answer = worker_->take(ticket_, boot_now());
        if (!answer && boot_now() < until_) return false;
        if (!answer) {
            worker_->give_up(ticket_);
            answer = worker_->take(ticket_, boot_now());
        }
        if (answer) learn(std::move(*answer));
        return true;
    }

    [[nodiscard]] bool has_part() const override { return dump_ || stacks_->has_part(); }
    Result<Dump> take() override { return dump_ ? std::move(*dump_) : stacks_->take(); }

  private:
    bool ask() {
        until_ = boot_now() + budget_ + kGrace;
        const auto ticket = worker_->ask({.order = Order::memory, .memory_budget = budget_}, boot_now());
        if (ticket)
            ticket_ = *ticket;
        else
            warn(ticket.error());
        return ticket.has_value();
    }

    void learn(Answer answer) {
        if (answer.error)
            warn(*answer.error);
        else
            (*dump_)->memory = std::move(answer.dump.memory);
    }

    void warn(const Error& error) {
        (*dump_)->warnings.push_back("What its memory is made of could not be read: " + to_string(error));
    }

    std::shared_ptr<Worker> worker_;
    std::unique_ptr<Job> stacks_;
    nanoseconds budget_{}, until_{};
    std::optional<Result<Dump>> dump_{};
    Worker::Ticket ticket_ = 0;
};

}  // namespace

std::unique_ptr<Job> with_memory(std::shared_ptr<Worker> worker, std::unique_ptr<Job> stacks,
                                 nanoseconds budget) {
    return std::make_unique<MemoryJob>(std::move(worker), std::move(stacks), budget);
}

}  // namespace rampwatch::dump
