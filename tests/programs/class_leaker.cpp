// SPDX-License-Identifier: MIT
// A shop's service whose sessions are never closed: a map grows by objects of one class that own text, beside
// a cache that stays as it is and workers that come and go with nothing. No stack tells: threads are
// constant.
//
//   --rate R        sessions a second that are never closed (1500)
//   --cache N       entries of the cache (20000)
//   --workers N     threads, all the time (4)
//   --fragment      in place of sessions: buffers of growing sizes, cut down to a few bytes once they are
//                   filled, so that nothing fits into what each of them leaves behind
//   --after S       it is in order for S seconds, and then begins to leak (0)
//   --anew S        after S seconds it executes itself anew, once
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/programs/words.h"

namespace cache {

struct Entry {
    virtual ~Entry() = default;
    virtual int hits() const { return 1; }
    std::array<char, 984> body{};
};

}  // namespace cache

namespace shop {

using Clock = std::chrono::steady_clock;

struct Base {
    virtual ~Base() = default;
    virtual void touch() {}
};

struct Request : Base {
    std::array<char, 200> text{};
};

struct Session : Base {
    explicit Session(long number)
        : id(number), token("token-" + std::string(70, 'a') + std::to_string(number)), basket(2000, 'x') {}
    void touch() override { ++id; }
    long id;
    std::string token;
    std::string basket;
    long more = 0;
};

class Shop {
  public:
    explicit Shop(std::int64_t cached) {
        for (std::int64_t i = 0; i < cached; ++i) cache_.push_back(std::make_unique<cache::Entry>());
    }
    [[gnu::noinline]] void log_in() {
        ++number_;
        sessions_[number_] = std::make_unique<Session>(number_);
    }
    // What a healthy service does all day.
    [[gnu::noinline]] void serve() {
        std::vector<std::unique_ptr<Base>> requests;
        for (int i = 0; i < 50; ++i) requests.push_back(std::make_unique<Request>());
        for (const auto& request : requests) request->touch();
    }
    [[gnu::noinline]] void fragment(std::int64_t count) {
        size_ += 16;
        const std::size_t before = buffers_.size();
        for (std::int64_t i = 0; i < count; ++i) buffers_.push_back(std::calloc(1, size_));
        for (std::size_t i = before; i < buffers_.size(); ++i) buffers_[i] = std::realloc(buffers_[i], 24);
    }

  private:
    std::vector<std::unique_ptr<cache::Entry>> cache_;
    std::map<long, std::unique_ptr<Session>> sessions_;
    std::vector<void*> buffers_;
    std::size_t size_ = 2000;
    long number_ = 0;
};

class Workers {
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
    const programs::Words words(argc, argv);
    const double rate = std::max(0.1, words.number("--rate", 1500));
    const bool fragments = words.flag("--fragment");
    const double after_s = words.number("--after", 0);
    const double anew_s = words.number("--anew", 0);
    shop::Shop shop(words.count("--cache", 20000));
    static shop::Workers workers;
    workers.start(words.count("--workers", 4));
    programs::say_ready();

    const auto begun = shop::Clock::now();
    double owed = 0;
    for (auto next = begun;;) {
        next += std::chrono::milliseconds(20);
        std::this_thread::sleep_until(next);
        const auto lived = shop::Clock::now() - begun;
        owed += lived < std::chrono::duration<double>(after_s) ? 0 : rate / 50;
        shop.serve();
        if (fragments) {
            shop.fragment(static_cast<std::int64_t>(owed));
            owed -= static_cast<double>(static_cast<std::int64_t>(owed));
        }
        for (; owed >= 1; owed -= 1) shop.log_in();
        if (anew_s > 0 && lived > std::chrono::duration<double>(anew_s)) {
            ::execl("/proc/self/exe", argv[0], "--rate", words.text("--rate", "1500"), nullptr);
            return 1;
        }
    }
}
