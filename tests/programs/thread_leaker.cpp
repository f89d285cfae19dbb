// SPDX-License-Identifier: MIT
// A price service that leaks blocked threads. Each order asks several suppliers, one worker each, and takes
// their quotes from a queue of one place. Suppliers of some orders are slow: handle_order() gives up at its
// time-out and leaves, and whoever still has a quote to deliver blocks in QuoteQueue::push() for ever, with
// its price list in its hands.
//
//   --rate R        orders a second that time out (2)
//   --workers N     suppliers an order; all but one of a timed-out order stay (2)
//   --payload B     bytes of price list that a worker holds (262144)
//   --pool N        idle threads, as any service has them (4)
//   --most N        after so many stranded workers it goes on without stranding more (4000)
//   --fixed         whoever leaves closes the queue, so that nobody waits for him
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/programs/words.h"

namespace shop {

using Clock = std::chrono::steady_clock;
using PriceList = std::vector<char>;

class QuoteQueue {
  public:
    explicit QuoteQueue(std::size_t places) : places_(places) {}

    // Blocks while the queue is full; false when it was closed meanwhile.
    [[gnu::noinline]] bool push(PriceList quote) {
        std::unique_lock lock(mutex_);
        while (!closed_ && quotes_.size() >= places_) room_.wait(lock);
        if (closed_) return false;
        quotes_.push_back(std::move(quote));
        arrived_.notify_one();
        return true;
    }

    [[gnu::noinline]] std::optional<PriceList> pop_until(Clock::time_point deadline) {
        std::unique_lock lock(mutex_);
        while (quotes_.empty()) {
            if (arrived_.wait_until(lock, deadline) == std::cv_status::timeout) return std::nullopt;
        }
        PriceList quote = std::move(quotes_.back());
        quotes_.pop_back();
        room_.notify_one();
        return quote;
    }

    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        room_.notify_all();
    }

  private:
    std::mutex mutex_;
    std::condition_variable room_;
    std::condition_variable arrived_;
    std::vector<PriceList> quotes_;
    std::size_t places_;
    bool closed_ = false;
};

struct Order {
    int suppliers = 2;
    std::size_t price_list_bytes = 0;
    std::chrono::milliseconds supplier_takes{};
    std::chrono::milliseconds time_out{};
};

[[gnu::noinline]] PriceList load_price_list(std::size_t bytes) { return PriceList(bytes, 'x'); }

[[gnu::noinline]] void ask_supplier(const std::shared_ptr<QuoteQueue>& quotes, const Order& order) {
    PriceList list = load_price_list(order.price_list_bytes);
    std::this_thread::sleep_for(order.supplier_takes);
    quotes->push(std::move(list));
}

[[gnu::noinline]] void handle_order(const Order& order, bool close_when_leaving) {
    const auto quotes = std::make_shared<QuoteQueue>(1);
    for (int i = 0; i < order.suppliers; ++i) {
        std::thread([quotes, order] { ask_supplier(quotes, order); }).detach();
    }
    const auto deadline = Clock::now() + order.time_out;
    for (int i = 0; i < order.suppliers; ++i) {
        if (!quotes->pop_until(deadline)) break;  // the customer has gone
    }
    if (close_when_leaving) quotes->close();
}

class IdlePool {
  public:
    void start(std::int64_t threads) {
        for (std::int64_t i = 0; i < threads; ++i) std::thread([this] { wait_for_work(); }).detach();
    }

  private:
    [[gnu::noinline]] void wait_for_work() {
        std::unique_lock lock(mutex_);
        while (true) work_.wait(lock);
    }

    std::mutex mutex_;
    std::condition_variable work_;
};

}  // namespace shop

int main(int argc, char** argv) {
    using namespace std::chrono_literals;
    const programs::Words words(argc, argv);
    const double rate = std::max(0.01, words.number("--rate", 2));
    const bool fixed = words.flag("--fixed");
    const std::int64_t most = words.count("--most", 4000);

    shop::Order quick{2, 4096, 1ms, 2000ms};
    shop::Order slow{static_cast<int>(words.count("--workers", 2)),
                     static_cast<std::size_t>(words.count("--payload", 262144)), 30ms, 10ms};

    static shop::IdlePool pool;
    pool.start(words.count("--pool", 4));
    programs::say_ready();

    const auto between =
        std::chrono::duration_cast<shop::Clock::duration>(std::chrono::duration<double>(1 / rate));
    auto next = shop::Clock::now();
    for (std::int64_t stranded = 0;;) {
        shop::handle_order(quick, fixed);
        if (stranded < most || fixed) {
            shop::handle_order(slow, fixed);
            stranded += slow.suppliers - 1;
        }
        next += between;
        std::this_thread::sleep_until(next);
    }
}
