// SPDX-License-Identifier: MIT
// A process that ends: after --after seconds (1), by --status N (0) or by --signal N.
// --zombie: its child ends instead and is never waited for; "ready CHILD" tells its PID.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "tests/programs/words.h"

int main(int argc, char** argv) {
    const programs::Words words(argc, argv);
    const std::chrono::duration<double> after(words.number("--after", 1));
    if (words.flag("--zombie")) {
        const pid_t child = fork();
        if (child == 0) _exit(0);
        std::printf("ready %d\n", child);
        std::fflush(stdout);
        while (true) pause();
    }
    programs::say_ready();
    std::this_thread::sleep_for(after);
    if (const auto signal = words.count("--signal", 0); signal != 0) std::raise(static_cast<int>(signal));
    return static_cast<int>(words.count("--status", 0));
}
