// SPDX-License-Identifier: MIT
// Threads blocked in functions that a dump must name:
//   threads [--leaked N] [--each N] [--epoll N] [--busy N] [--odd-names] [--heartbeat]
// Says "ready" on stdout once all of them wait, then obeys stdin: "gap" prints the longest time in
// microseconds that the heartbeat thread was not run since the last "gap", "eintr" how many calls of
// epoll_wait ended early since the last "eintr".
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace shop {

template <class T>
class Queue {
  public:
    T pop() {
        std::unique_lock lock(mutex_);
        filled_.wait(lock, [this] { return !items_.empty(); });
        return items_.back();
    }

  private:
    std::mutex mutex_{};
    std::condition_variable filled_{};
    std::vector<T> items_{};
};

Queue<std::string> results;
std::mutex never_released;
int empty_pipe = -1;
std::atomic<int> started{0};
std::atomic<long> interrupted{0};

// Not inlined and no tail call: each is a frame of its own.
#define FRAME [[gnu::noinline]]
#define KEEP_FRAME asm volatile("" ::: "memory")

FRAME void wait_for_result() {
    ++started;
    results.pop();
    KEEP_FRAME;
}
FRAME void collect_prices(int shelf) {
    if (shelf >= 0) wait_for_result();
    KEEP_FRAME;
}
FRAME void read_order() {
    ++started;
    char byte = 0;
    while (read(empty_pipe, &byte, 1) >= 0) KEEP_FRAME;
}
FRAME void poll_scanner() {
    ++started;
    while (poll(nullptr, 0, -1) <= 0) KEEP_FRAME;
}
FRAME void sleep_until_opening() {
    ++started;
    while (true) std::this_thread::sleep_for(std::chrono::hours(1000));
}
FRAME void lock_till() {
    ++started;
    const std::lock_guard lock(never_released);
    KEEP_FRAME;
}
FRAME void await_delivery() {
    ++started;
    const int events = epoll_create1(0);
    epoll_event event{};
    while (epoll_wait(events, &event, 1, -1) <= 0) interrupted += errno == EINTR ? 1 : 0;
}
FRAME void count_stock() {
    ++started;
    volatile unsigned long counted = 0;
    while (true) counted = counted + 1;
}

}  // namespace shop

namespace {

std::atomic<long> longest_gap_us{0};

void heartbeat() {
    sched_param param{};
    param.sched_priority = 10;
    pthread_setschedparam(pthread_self(), SCHED_FIFO,
                          &param);  // where it is allowed: else the floor is higher
    ++shop::started;
    auto last = std::chrono::steady_clock::now();
    while (true) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        const auto now = std::chrono::steady_clock::now();
        const long gap = std::chrono::duration_cast<std::chrono::microseconds>(now - last).count() - 200;
        longest_gap_us = std::max(longest_gap_us.load(), gap);
        last = now;
    }
}

int running_tasks() {
    int running = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream file(task.path() / "stat");
        std::string line;
        std::getline(file, line);
        const auto close = line.rfind(')');
        if (close != std::string::npos && line.size() > close + 2 && line[close + 2] == 'R') ++running;
    }
    return running;
}

template <class Function>
void start(std::vector<std::thread>& threads, int count, const char* name, Function function) {
    for (int i = 0; i < count; ++i) {
        threads.emplace_back(function);
        const std::string numbered = std::string(name) + "-" + std::to_string(i % 10);
        pthread_setname_np(threads.back().native_handle(), numbered.substr(0, 15).c_str());
    }
}

}  // namespace

int main(int argc, char** argv) {
    int leaked = 0, each = 0, epoll = 0, busy = 0;
    bool odd_names = false, beat = false;
    for (int i = 1; i < argc; ++i) {
        const auto number = [&] { return i + 1 < argc ? std::atoi(argv[++i]) : 0; };
        if (std::strcmp(argv[i], "--leaked") == 0) leaked = number();
        if (std::strcmp(argv[i], "--each") == 0) each = number();
        if (std::strcmp(argv[i], "--epoll") == 0) epoll = number();
        if (std::strcmp(argv[i], "--busy") == 0) busy = number();
        if (std::strcmp(argv[i], "--odd-names") == 0) odd_names = true;
        if (std::strcmp(argv[i], "--heartbeat") == 0) beat = true;
    }
    int ends[2];
    if (pipe(ends) != 0) return 2;
    shop::empty_pipe = ends[0];
    shop::never_released.lock();

    std::vector<std::thread> threads;
    if (beat) threads.emplace_back(heartbeat);
    start(threads, leaked, odd_names ? "a\x1b[31m\"\xff\n:" : "price", [] { shop::collect_prices(7); });
    start(threads, each, "order", shop::read_order);
    start(threads, each, "scanner", shop::poll_scanner);
    start(threads, each, "opening", shop::sleep_until_opening);
    start(threads, each, "till", shop::lock_till);
    start(threads, epoll, "delivery", shop::await_delivery);
    start(threads, busy, "stock", shop::count_stock);
    while (shop::started < leaked + 4 * each + epoll + busy + (beat ? 1 : 0) || running_tasks() > busy + 1)
        usleep(1000);
    std::cout << "ready" << std::endl;
    for (std::string word; std::cin >> word;) {
        if (word == "gap") std::cout << longest_gap_us.exchange(0) << std::endl;
        if (word == "eintr") std::cout << shop::interrupted.exchange(0) << std::endl;
    }
    while (true) pause();  // nobody speaks to us any more
}
