// SPDX-License-Identifier: MIT
// A process whose names are hostile: its comm carries a terminal's escape sequence, its thread's name is no
// valid UTF-8, and the function that it waits in has an escape sequence in its symbol.
#include <pthread.h>
#include <unistd.h>

#include <thread>

#include "tests/programs/words.h"

extern "C" [[gnu::noinline]] void wait_under_an_odd_name() __asm__("\"odd\033[31mname\"");

void wait_under_an_odd_name() {
    while (true) pause();
}

int main() {
    pthread_setname_np(pthread_self(), "a\033[31m\nb");
    std::thread odd(wait_under_an_odd_name);
    pthread_setname_np(odd.native_handle(), "\xff\xfe\x80 thread");
    programs::say_ready();
    odd.join();
}
