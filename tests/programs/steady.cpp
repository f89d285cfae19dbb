// SPDX-License-Identifier: MIT
// A steady process: it holds --hold bytes (32 MiB), works a little on them, and never asks for more.
// --threads N (3) idle threads stand beside it.
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "tests/programs/words.h"

namespace {

[[gnu::noinline]] void stand_idle() {
    while (true) std::this_thread::sleep_for(std::chrono::hours(1));
}

[[gnu::noinline]] void serve_for_ever(std::vector<char>& held) {
    for (std::size_t at = 0;; at = (at + 4096) % held.size()) {
        ++held[at];
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const programs::Words words(argc, argv);
    std::vector<char> held(static_cast<std::size_t>(words.count("--hold", 32 << 20)), 'x');
    for (std::int64_t i = 0; i < words.count("--threads", 3); ++i) std::thread(stand_idle).detach();
    programs::say_ready();
    serve_for_ever(held);
}
