// SPDX-License-Identifier: MIT
#include "core/probe/memory.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::probe;

namespace {

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

// Pages of our own, released at the end.
class Pages {
  public:
    explicit Pages(std::size_t count)
        : size_(count * page()),
          start_(static_cast<char*>(
              ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    ~Pages() { ::munmap(start_, size_); }
    [[nodiscard]] char* at(std::size_t index) const { return start_ + index * page(); }
    // As good as unmapped to a reader; but nobody else's memory can come to lie in the hole, and go with
    // ours.
    void close(std::size_t index) const { ::mprotect(at(index), page(), PROT_NONE); }
    static std::size_t page() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

  private:
    std::size_t size_;
    char* start_;
};

}  // namespace

TEST_CASE("a read gives the bytes that are there", "[probe]") {
    const std::uint64_t secret = 0x0123456789abcdef;
    CHECK(Memory(::getpid()).get<std::uint64_t>(address_of(&secret)).value() == secret);
}

TEST_CASE("a read that touches an unmapped page fails as a whole", "[probe]") {
    const Pages pages(2);
    pages.close(1);
    std::array<std::byte, 16> into{};
    const auto done = Memory(::getpid()).read(address_of(pages.at(1)) - 8, into);
    REQUIRE_FALSE(done);
    CHECK(done.error().kind == Error::Kind::io);
}

TEST_CASE("in a batch the unmapped pieces alone are left out", "[probe]") {
    const Pages pages(3);
    pages.close(1);
    std::vector<std::array<std::byte, 8>> into(3000);
    std::vector<Piece> pieces;
    for (std::size_t i = 0; i < into.size(); ++i) {
        pages.at(0)[i] = static_cast<char>(i);
        const bool hole = i % 7 == 3;
        pieces.push_back({address_of(hole ? pages.at(1) : pages.at(0)) + i, into[i]});
    }
    REQUIRE(Memory(::getpid()).read(pieces));
    for (std::size_t i = 0; i < into.size(); ++i) {
        INFO(i);
        CHECK(pieces[i].read == (i % 7 != 3));
        if (pieces[i].read) CHECK(into[i][0] == static_cast<std::byte>(i));
    }
}

TEST_CASE("only pages that were touched are present", "[probe]") {
    const Pages pages(8);
    pages.at(2)[0] = pages.at(3)[0] = pages.at(6)[0] = 1;
    const auto found = Memory(::getpid()).present({address_of(pages.at(0)), 8 * Pages::page()});
    const std::vector<Range> expected = {{address_of(pages.at(2)), 2 * Pages::page()},
                                         {address_of(pages.at(6)), Pages::page()}};
    CHECK(found == expected);
}

TEST_CASE("the memory of an ended process is gone", "[probe]") {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);
    const auto thread = live_thread(child);
    REQUIRE_FALSE(thread);
    CHECK(thread.error().kind == Error::Kind::gone);
    const auto read = Memory(child).get<int>(address_of(&child));
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == Error::Kind::gone);
    ::waitpid(child, nullptr, 0);
    CHECK(live_thread(child).error().kind == Error::Kind::not_found);
}

TEST_CASE("a process whose leader has ended is read through another thread", "[probe]") {
    static std::uint64_t secret = 4711;
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        pthread_t thread{};
        ::pthread_create(
            &thread, nullptr,
            [](void* pipe) -> void* {
                while (live_thread(::getpid()).value() == ::getpid()) ::usleep(1000);
                if (::write(*static_cast<int*>(pipe), "x", 1) != 1) ::_exit(1);
                while (true) ::pause();
            },
            &ready[1]);
        ::syscall(SYS_exit, 0);  // of this thread alone
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    const auto thread = live_thread(child);
    REQUIRE(thread);
    CHECK(*thread != child);
    CHECK(Memory(*thread).get<std::uint64_t>(address_of(&secret)).value() == 4711);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
}
