// SPDX-License-Identifier: MIT
#include "core/worker/worker_call.h"

#include "core/base/poller.h"

namespace rampwatch::worker {

AnyWorkerCall::AnyWorkerCall(std::shared_ptr<Worker> worker, Order order, Abandon abandon)
    : worker_(std::move(worker)), abandon_(abandon), until_(boot_now() + order.time) {
    const auto ticket = worker_->ask(std::move(order), boot_now());
    if (ticket)
        ticket_ = *ticket;
    else
        refused_ = Answer{.payload = ticket.error()};
}

AnyWorkerCall::~AnyWorkerCall() {
    if (ticket_ == 0) return;
    if (abandon_ == Abandon::end) worker_->give_up(ticket_);
    worker_->forget(ticket_);
}

std::optional<std::chrono::nanoseconds> AnyWorkerCall::deadline() const {
    return ticket_ == 0 || worker_->has(ticket_) ? kDueNow : until_;
}

std::optional<Answer> AnyWorkerCall::poll_any() {
    if (ticket_ == 0) return std::exchange(refused_, std::nullopt);
    auto answer = worker_->answer(ticket_, boot_now());
    if (!answer && boot_now() >= until_) {
        worker_->give_up(ticket_);
        answer = worker_->answer(ticket_, boot_now());
    }
    if (answer) ticket_ = 0;
    return answer;
}

Answer AnyWorkerCall::wait_any() {
    Poller poller;
    while (true) {
        if (auto answer = poll_any()) return std::move(*answer);
        poller.clear();
        poller.add(fd());
        poller.wait(deadline());
    }
}

}  // namespace rampwatch::worker
