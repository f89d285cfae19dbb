// SPDX-License-Identifier: MIT
// The child process of ours that parses what is foreign and reads a target at length. It is our own program
// executed anew with a hidden first word, with limits on memory, CPU time and descriptors, at low priority,
// without the rights it does not need; it caches what it learnt of its target, and may die without harm: the
// order in hand is answered with an Error, and the next one starts another, after a pause that grows. After
// ten minutes without an order it ends by itself, so that a watch stays small.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/fd.h"
#include "core/model/target.h"
#include "core/worker/order.h"

namespace rampwatch::worker {

inline constexpr std::string_view kWorkerWord = "__worker";
inline constexpr int kOutOfMemory = 12;  // its exit status when its limit on memory is met

// One watched life's worker, shared by all who have orders for it. Started by the first ask(); ended with
// this object. Orders are done one after the other, each answered once, to the ticket that was given for it.
class Worker {
  public:
    using Ticket = std::uint64_t;  // never 0

    // `program`: whose main() knows kWorkerWord; our own by default.
    explicit Worker(Life life, std::string program = "/proc/self/exe");
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker();

    [[nodiscard]] const Life& life() const { return life_; }
    [[nodiscard]] int fd() const { return socket_.get(); }  // to poll for reading; -1: not started

    // Without blocking for longer than a fork takes. Times: CLOCK_BOOTTIME. unavailable: too many orders
    // wait, or it died lately and its pause is not over.
    Result<Ticket> ask(Order order, std::chrono::nanoseconds now);

    // The answer, once it is whole; empty while it is not. Never blocks. Any ticket's answer() reads for all.
    std::optional<Answer> answer(Ticket ticket, std::chrono::nanoseconds now);

    // The answer lies here, read by another's answer(): nothing will become readable for it.
    [[nodiscard]] bool has(Ticket ticket) const { return answers_.contains(ticket); }

    // Reaps a child that ended by itself while it had nothing to do.
    void reap_idle();

    // Nobody waits for this one any more.
    void forget(Ticket ticket);

    // This one took too long, or is wanted no more: it is answered with an Error. Where it is under way the
    // child is ended with it, and another takes on the orders behind it.
    void give_up(Ticket ticket);

    // Ends the child if it has nothing to do; what it had learnt is lost.
    void rest();

  private:
    struct Waiting {
        Ticket ticket = 0;
        Order order{};
        bool wanted = true;
    };

    Result<void> start();
    void send_next();
    void pump(std::chrono::nanoseconds now);
    void finish(Answer answer);
    void died(std::chrono::nanoseconds now);
    [[nodiscard]] bool has_ended() const;
    [[nodiscard]] int reap();
    void end();

    Life life_{};
    std::string program_{};
    pid_t child_ = -1;
    Fd socket_{};
    std::string received_{};
    std::deque<Waiting> waiting_{};  // the first is under way
    std::map<Ticket, Answer> answers_{};
    Ticket last_ticket_ = 0;
    int deaths_ = 0;  // in a row
    std::chrono::nanoseconds not_before_{};
};

// The worker's main(): called first thing by ours when argv[1] is kWorkerWord.
int worker_main(int argc, char** argv);

}  // namespace rampwatch::worker
