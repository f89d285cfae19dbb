// SPDX-License-Identifier: MIT
// Its main thread ends after a second; two others go on, of which one takes 1 MiB each tenth of a second.
#include <pthread.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

void* take_memory(void*) {
    for (int i = 0; i < 2000; ++i) {
        void* taken = std::malloc(1 << 20);
        if (taken != nullptr) std::memset(taken, 1, 1 << 20);
        ::usleep(100'000);
    }
    return nullptr;
}

void* wait_on(void*) {
    while (true) ::pause();
}

}  // namespace

int main() {
    pthread_t thread{};
    ::pthread_create(&thread, nullptr, take_memory, nullptr);
    ::pthread_create(&thread, nullptr, wait_on, nullptr);
    std::puts("ready");
    std::fflush(stdout);
    ::sleep(1);
    ::pthread_exit(nullptr);
}
