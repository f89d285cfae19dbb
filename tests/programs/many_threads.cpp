// SPDX-License-Identifier: MIT
// --threads N (2000) threads that wait in three functions: a half in wait_for_disk, three tenths in
// wait_for_network, the rest in wait_for_clock. "ready" is said when all of them wait.
// --depth N (0) puts so many frames of walk_down below each.
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "tests/programs/words.h"

namespace {

sem_t never, running;
std::int64_t depth = 0;

[[gnu::noinline]] void wait_for_disk() {
    sem_post(&running);
    while (true) sem_wait(&never);
}
[[gnu::noinline]] void wait_for_network() {
    sem_post(&running);
    while (true) pause();
}
[[gnu::noinline]] void wait_for_clock() {
    sem_post(&running);
    while (true) {
        const timespec hour{3600, 0};
        nanosleep(&hour, nullptr);
    }
}

// The volatile keeps the frames: no tail call, no unrolling into one.
[[gnu::noinline]] void walk_down(std::int64_t left, void (*wait)()) {
    volatile std::int64_t here = left;
    if (left == 0) {
        wait();
    } else {
        walk_down(left - 1, wait);
    }
    here = here + 1;
}

void* disk(void*) { return walk_down(depth, wait_for_disk), nullptr; }
void* network(void*) { return walk_down(depth, wait_for_network), nullptr; }
void* clock_(void*) { return walk_down(depth, wait_for_clock), nullptr; }

}  // namespace

int main(int argc, char** argv) {
    const programs::Words words(argc, argv);
    const std::int64_t threads = words.count("--threads", 2000);
    depth = words.count("--depth", 0);
    sem_init(&never, 0, 0);
    sem_init(&running, 0, 0);

    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, static_cast<std::size_t>(64 * 1024 + depth * 256));
    for (std::int64_t i = 0; i < threads; ++i) {
        pthread_t thread{};
        const auto tenth = i % 10;
        void* (*run)(void*) = tenth < 5 ? disk : tenth < 8 ? network : clock_;
        if (pthread_create(&thread, &small, run, nullptr) != 0) {
            std::perror("many_threads: pthread_create");
            return 1;
        }
        pthread_setname_np(thread, tenth < 5 ? "disk" : tenth < 8 ? "network" : "clock");
    }
    for (std::int64_t i = 0; i < threads; ++i) sem_wait(&running);
    programs::say_ready();
    while (true) pause();
}
