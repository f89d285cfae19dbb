// SPDX-License-Identifier: MIT
// Threads that wait for unlike things, in C so that musl's compiler builds it too: 3 for a job, one in a deep
// recursion, one asleep, one for a pipe; the main thread waits for all of them.
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t job = PTHREAD_COND_INITIALIZER;
static int ends[2];

__attribute__((noinline)) static void take_job(void) {
    pthread_mutex_lock(&lock);
    for (;;) pthread_cond_wait(&job, &lock);
}

static void* worker(void* unused) {
    (void)unused;
    take_job();
    return 0;
}

__attribute__((noinline)) static int dive(int depth) {
    char room[200];
    room[depth % 200] = (char)depth;
    int result = depth > 0 ? dive(depth - 1) : pause();
    __asm__ volatile("" ::"r"(room) : "memory");
    return result + room[depth % 200];
}

static void* diver(void* unused) {
    (void)unused;
    return (void*)(long)dive(40);
}

__attribute__((noinline)) static void doze(void) {
    struct timespec long_time = {100000, 0};
    while (nanosleep(&long_time, 0) == 0) continue;
}

static void* sleeper(void* unused) {
    (void)unused;
    doze();
    return 0;
}

__attribute__((noinline)) static void read_on(void) {
    char byte;
    while (read(ends[0], &byte, 1) == 1) continue;
}

static void* reader(void* unused) {
    (void)unused;
    read_on();
    return 0;
}

int main(void) {
    pthread_t thread;
    if (pipe(ends) != 0) return 1;
    for (int i = 0; i < 3; ++i) pthread_create(&thread, 0, worker, 0);
    pthread_create(&thread, 0, diver, 0);
    pthread_create(&thread, 0, sleeper, 0);
    pthread_create(&thread, 0, reader, 0);
    puts("ready");
    fflush(stdout);
    for (;;) poll(0, 0, -1);
}
