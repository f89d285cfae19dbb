// SPDX-License-Identifier: MIT
// --shape NAME: one thread (beside main, which waits) whose stack is hard to read. "ready" is said when it is
// there. --count N (1) threads of it.
//
//   plain      waits in wait_here below three calls
//   deep       waits below 20,000 frames of dig
//   signal     waits in a handler, on a stack of its own, of a signal that interrupted spin_until_signal
//   alloca     waits by a system call of its own below a frame that only rbp finds
//   busy       runs in burn_cpu
//   clock      asks the vdso for the time, again and again
//   corrupt    has written over its stack above wait_here
//   no_leader  waits, and main has ended
//   vfork      main waits for a child that vfork made, in state D, for --hold SECONDS (2)
//   epoll      waits in epoll_wait, and ends the program with status 9 when that is interrupted
//   no_cfi     waits below code without call frame information that keeps rbp
#include <alloca.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "tests/programs/words.h"

namespace {

sem_t there;
std::atomic<bool> go_on{true};
std::atomic<std::int64_t> turns{0};
volatile int sink = 0;

[[gnu::noinline]] void wait_here() {
    sem_post(&there);
    while (go_on.load()) pause();
}
[[gnu::noinline]] void call_wait() {
    wait_here();
    sink = 1;
}
[[gnu::noinline]] void call_call_wait() {
    call_wait();
    sink = 2;
}

[[gnu::noinline]] void dig(int left) {
    volatile int here = left;
    if (left == 0)
        wait_here();
    else
        dig(left - 1);
    sink = here;
}

[[gnu::noinline]] void in_handler(int) {
    wait_here();
    sink = 3;
}
[[gnu::noinline]] void spin_until_signal() {
    sem_post(&there);
    while (go_on.load()) ++turns;
}

[[gnu::noinline]] void raw_wait() {
    sem_post(&there);
    int never = 0;
    // In line, so that no wrapper of libc saves rbp on the way.
    while (true) {
        long result = SYS_futex;
        register long timeout asm("r10") = 0;
        asm volatile("syscall"
                     : "+a"(result)
                     : "D"(&never), "S"(0), "d"(0), "r"(timeout)
                     : "rcx", "r11", "memory");
        if (result != 0) sink = 4;
    }
}
[[gnu::noinline]] void wait_below_alloca(std::size_t bytes) {
    auto* room = static_cast<char*>(alloca(bytes));
    std::memset(room, 1, bytes);
    raw_wait();
    sink = room[bytes / 2];
}

[[gnu::noinline]] void wait_in_epoll() {
    const int events = epoll_create1(0);
    epoll_event event{};
    sem_post(&there);
    while (true) {
        if (epoll_wait(events, &event, 1, -1) < 0 && errno == EINTR) _exit(9);
    }
}

[[gnu::noinline]] void burn_cpu() {
    sem_post(&there);
    while (go_on.load()) turns += 3;
}
[[gnu::noinline]] void ask_time() {
    sem_post(&there);
    timespec time{};
    while (go_on.load()) {
        clock_gettime(CLOCK_MONOTONIC, &time);
        sink = static_cast<int>(time.tv_nsec);
    }
}

[[gnu::noinline]] void write_over_callers() {
    void** frame = static_cast<void**>(__builtin_frame_address(0));
    for (int i = 1; i < 64; ++i) frame[i] = reinterpret_cast<void*>(0x4141414141414141);
    wait_here();
}
[[gnu::noinline]] void with_room() {
    volatile char room[4096] = {};
    write_over_callers();
    sink = room[0];
}

// rbp is kept, but nothing says so.
extern "C" void without_cfi(void (*call)());
asm(R"(
    .text
    .type without_cfi, @function
without_cfi:
    push %rbp
    mov %rsp, %rbp
    call *%rdi
    pop %rbp
    ret
    .size without_cfi, . - without_cfi
)");

std::string shape;

void* run(void*) {
    if (shape == "deep") dig(20'000);
    if (shape == "signal") spin_until_signal();
    if (shape == "alloca") wait_below_alloca(static_cast<std::size_t>(64 + getpid() % 7));
    if (shape == "busy") burn_cpu();
    if (shape == "epoll") wait_in_epoll();
    if (shape == "clock") ask_time();
    if (shape == "corrupt") with_room();
    if (shape == "no_cfi") without_cfi(raw_wait);
    call_call_wait();
    return nullptr;
}

void interrupt(pthread_t thread) {
    struct sigaction action {};
    action.sa_handler = in_handler;
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR1, &action, nullptr);
    pthread_kill(thread, SIGUSR1);
    sem_wait(&there);
}

void* run_on_own_signal_stack(void* argument) {
    static char room[64 * 1024];
    stack_t stack{};
    stack.ss_sp = room;
    stack.ss_size = sizeof room;
    sigaltstack(&stack, nullptr);
    return run(argument);
}

[[noreturn]] void wait_for_vforked(std::int64_t seconds) {
    programs::say_ready();
    while (true) {
        const timespec hold{seconds, 0};
        const pid_t child = vfork();
        if (child == 0) {
            nanosleep(&hold, nullptr);
            _exit(0);
        }
        waitpid(child, nullptr, 0);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const programs::Words words(argc, argv);
    shape = words.text("--shape", "plain");
    const std::int64_t count = words.count("--count", 1);
    sem_init(&there, 0, 0);
    if (shape == "vfork") wait_for_vforked(words.count("--hold", 2));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 4 << 20);
    std::vector<pthread_t> threads(static_cast<std::size_t>(count));
    for (pthread_t& thread : threads) {
        pthread_create(&thread, &attributes, shape == "signal" ? run_on_own_signal_stack : run, nullptr);
        sem_wait(&there);
    }
    if (shape == "signal") interrupt(threads.front());
    programs::say_ready();
    if (shape == "no_leader") pthread_exit(nullptr);
    while (true) pause();
}
