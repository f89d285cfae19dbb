// SPDX-License-Identifier: MIT
// Memory of each kind, taken when told so: grower FIFO. Says "ready", then obeys what comes through the FIFO
// and answers each order with "done" on stdout:
//   heap MIB        small pieces by malloc in the main thread
//   arenas MIB      the same in 4 threads more, which then wait
//   threads N       threads that touch 256 KiB of their stacks and wait
//   anonymous MIB   one mapping without a file
//   named MIB       the same, called "cache"
//   shared MIB      a memfd
//   file MIB        a deleted file of its own, mapped and read
//   lazy MIB        anonymous, given back by MADV_FREE
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

namespace {

constexpr std::size_t kMib = std::size_t{1} << 20;
std::atomic<int> waiting{0};

void* touched(void* memory, std::size_t size) {
    if (memory == MAP_FAILED) std::abort();
    std::memset(memory, 1, size);
    return memory;
}

void* anonymous(std::size_t size) {
    return touched(::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), size);
}

void allocate(std::size_t bytes) {
    constexpr std::size_t kPiece = 4000;
    for (std::size_t done = 0; done < bytes; done += kPiece) {
        void* volatile piece = std::malloc(kPiece);
        std::memset(piece, 1, kPiece);
    }
}

[[noreturn]] void wait_forever() {
    ++waiting;
    while (true) ::pause();
}

[[gnu::noinline]] void use_stack() {
    volatile char bytes[256 << 10];
    for (std::size_t i = 0; i < sizeof bytes; i += 1024) bytes[i] = 1;
}

template <class Work>
void start(int count, Work work) {
    const int before = waiting;
    for (int i = 0; i < count; ++i) {
        std::thread([work] {
            work();
            wait_forever();
        }).detach();
    }
    while (waiting < before + count) ::usleep(1000);
}

void map_descriptor(int fd, std::size_t size, bool write) {
    if (fd < 0 || ::ftruncate(fd, static_cast<off_t>(size)) != 0) std::abort();
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, write ? MAP_SHARED : MAP_PRIVATE, fd, 0);
    if (memory == MAP_FAILED) std::abort();
    if (write) std::memset(memory, 1, size);
    volatile const char* bytes = static_cast<char*>(memory);
    for (std::size_t i = 0; i < size; i += 4096) static_cast<void>(bytes[i]);
}

void file(std::size_t size) {
    char path[] = "/var/tmp/rampwatch-grower-XXXXXX";
    const int fd = ::mkstemp(path);
    ::unlink(path);
    const std::string zeros(kMib, 'z');
    for (std::size_t done = 0; done < size; done += kMib) {
        if (::write(fd, zeros.data(), kMib) < 0) std::abort();
    }
    map_descriptor(fd, size, false);
}

void obey(const std::string& word, std::size_t count) {
    const std::size_t size = count * kMib;
    if (word == "heap") allocate(size);
    if (word == "arenas") start(4, [size] { allocate(size / 4); });
    if (word == "threads") start(static_cast<int>(count), use_stack);
    if (word == "anonymous") anonymous(size);
    if (word == "named") ::prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, anonymous(size), size, "cache");
    if (word == "shared") map_descriptor(::memfd_create("pool", 0), size, true);
    if (word == "file") file(size);
    if (word == "lazy") ::madvise(anonymous(size), size, MADV_FREE);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    std::fstream orders(argv[1], std::ios::in | std::ios::out);  // for writing too: it never ends
    std::cout << "ready" << std::endl;
    std::string word;
    for (std::size_t count = 0; orders >> word >> count;) {
        obey(word, count);
        std::cout << "done" << std::endl;
    }
    while (true) ::pause();
}
