// SPDX-License-Identifier: MIT
#include "core/probe/sampler.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <thread>
#include <vector>

#include "core/base/poller.h"
#include "core/probe/threads.h"
#include "tests/catch.h"
#include "tests/live/child.h"

using namespace rampwatch;
using namespace rampwatch::probe;
using namespace std::chrono_literals;
using rampwatch::test::await_facts;
using rampwatch::test::Child;

namespace {

constexpr std::int64_t kMib = 1 << 20;

int sleep_for_ever(const Child::Side& side) {
    side.ready();
    side.wait();
    return 0;
}

void* touch(std::size_t bytes, int flags) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (memory != MAP_FAILED) std::memset(memory, 1, bytes);
    return memory;
}

std::optional<Sample> look_at(const Process& process) {
    auto looker = Looker::open(process);
    REQUIRE(looker);
    return looker->look();
}

}  // namespace

TEST_CASE("a look tells anonymous, shared and file memory apart, and counts threads and descriptors",
          "[live][sampler]") {
    const Child child([](const Child::Side& side) {
        touch(64 * kMib, MAP_PRIVATE);
        touch(32 * kMib, MAP_SHARED);
        std::vector<std::thread> threads;
        for (int i = 0; i < 5; ++i) threads.emplace_back([] { ::pause(); });
        for (int i = 0; i < 20; ++i) static_cast<void>(::open("/dev/null", O_RDONLY));
        return sleep_for_ever(side);
    });
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    const auto sample = look_at(*process);

    REQUIRE(sample);
    CHECK(sample->anon_bytes.value() > 64 * kMib);
    CHECK(sample->anon_bytes.value() < 90 * kMib);
    CHECK(sample->shmem_bytes.value() >= 32 * kMib - kMib);
    CHECK(sample->shmem_bytes.value() < 40 * kMib);
    CHECK(sample->rss_bytes == *sample->anon_bytes + *sample->shmem_bytes + sample->file_bytes.value());
    CHECK(sample->threads == 6);
    CHECK(sample->fds.value() >= 20);
    CHECK(sample->fds == count_fds(process->directory()));
    CHECK(sample->age.value() < 1min);
    CHECK(sample->limit.has_value());
    CHECK(sample->cpu.has_value());
}

TEST_CASE("threads are counted by when they began", "[live][sampler]") {
    const Child child([](const Child::Side& side) {
        std::vector<std::thread> threads;
        for (int i = 0; i < 5; ++i) threads.emplace_back([] { ::pause(); });
        side.ready();
        side.wait();
        for (int i = 0; i < 30; ++i) threads.emplace_back([] { ::pause(); });
        return sleep_for_ever(side);
    });
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    std::this_thread::sleep_for(50ms);  // the kernel tells beginnings to a hundredth of a second
    const auto mark = boot_now();
    std::this_thread::sleep_for(50ms);
    child.proceed();
    child.await_ready();

    const auto old = [&](std::chrono::nanoseconds age) {
        return threads_older_than(process->directory(), age);
    };
    CHECK(old(boot_now() - mark) == 6);
    CHECK(old(0s) == 36);
    CHECK(old(1h) == 0);
    auto looker = Looker::open(*process);
    REQUIRE(looker);
    CHECK_FALSE(looker->look()->aged_threads);
    auto counting = Looker::open(*process);
    REQUIRE(counting);
    counting->count_aged_threads(boot_now() - mark);
    CHECK(counting->look()->aged_threads == 6);
}

TEST_CASE("descriptors beyond the bound are unknown, not a wrong number", "[live][sampler]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);

    CHECK(count_fds(process->directory(), 3).has_value() == false);
    CHECK(count_fds(process->directory()).value() > 3);
}

TEST_CASE("a zombie gives no sample, and neither does what is gone", "[live][sampler]") {
    Child child(sleep_for_ever);
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    auto looker = Looker::open(*process);
    REQUIRE(looker);
    REQUIRE(looker->look());

    child.proceed();
    child.await_zombie();
    CHECK_FALSE(looker->look());
    child.reap();
    CHECK_FALSE(looker->look());
}

TEST_CASE("a glance at all processes stays the same while one sleeps, and changes when it takes memory",
          "[live][sampler]") {
    const Child child([](const Child::Side& side) {
        side.ready();
        side.wait();
        touch(8 * kMib, MAP_PRIVATE);
        side.ready();
        side.wait();
        return 0;
    });
    child.await_ready();
    auto procps = Procps::open();
    REQUIRE(procps);
    const auto glance = [&]() -> std::optional<Procps::Glance> {
        for (const auto& seen : procps->glance_all()) {
            if (seen.pid == child.pid()) return seen;
        }
        return std::nullopt;
    };
    // Until it really sleeps: the way into wait() may cost a fault.
    std::optional<Procps::Glance> before, again;
    for (int i = 0; i < 100 && (!before || before != again); ++i) {
        before = glance();
        std::this_thread::sleep_for(10ms);
        again = glance();
    }
    REQUIRE(before);
    CHECK(before == again);
    CHECK(before->threads == 1);
    child.proceed();
    child.await_ready();
    const auto after = glance();
    REQUIRE(after);
    CHECK(after->rss_pages >= before->rss_pages + 1000);
    CHECK(after->faults > before->faults);
}

TEST_CASE("another process with the same number gives no sample", "[live][sampler]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    const auto process = Process::open(child.pid());
    auto procps = Procps::open();
    REQUIRE((process && procps));

    CHECK(procps->read(child.pid(), process->life().start_ticks));
    CHECK_FALSE(procps->read(child.pid(), process->life().start_ticks + 1));
}

TEST_CASE("a stopped process is still sampled", "[live][sampler]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    child.signal(SIGSTOP);
    const auto process = Process::open(child.pid());
    REQUIRE(process);

    CHECK(look_at(*process));
}

TEST_CASE("another user's process needs no rights for memory and threads", "[live][sampler]") {
    if (::geteuid() != 0) {
        WARN("skipped: needs root, to become nobody");
        return;
    }
    const Child target(sleep_for_ever);
    target.await_ready();
    Child observer([&](const Child::Side&) {
        if (!test::become_nobody()) return 10;
        const auto process = Process::open(target.pid());
        if (!process) return 11;
        auto looker = Looker::open(*process);
        if (!looker) return 12;
        const auto sample = looker->look();
        if (!sample || !sample->anon_bytes || !sample->swap_bytes || !sample->threads) return 13;
        return count_fds(process->directory()) ? 14 : 0;
    });
    CHECK(observer.exit_status() == 0);
}

TEST_CASE("the sampler looks at once, and then at every interval of the clock", "[live][sampler]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    const auto begin = boot_now();
    auto sampler = Sampler::open(*process, 20ms, 4, 2);
    REQUIRE(sampler);

    std::int64_t ticks = 0;
    std::chrono::nanoseconds last{};
    while (ticks < 25) {
        for (const Fact& fact : await_facts(*sampler)) {
            if (const auto* missed = std::get_if<fact::Missed>(&fact)) ticks += missed->ticks;
            if (const auto* sampled = std::get_if<fact::Sampled>(&fact)) {
                ++ticks;
                CHECK(sampled->target == 4);
                CHECK(sampled->life == 2);
                last = sampled->sample.mono;
            }
        }
    }
    // No drift, whatever the load: the n-th tick is never before its time.
    CHECK(last - begin >= (ticks - 1) * 20ms);
}

TEST_CASE("ticks that nobody took are told as missed", "[live][sampler]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    auto sampler = Sampler::open(*process, 10ms);
    REQUIRE(sampler);
    await_facts(*sampler);
    std::this_thread::sleep_for(55ms);  // stands for a starved host

    std::vector<Fact> facts;
    sampler->collect(facts);
    REQUIRE(facts.size() == 2);
    REQUIRE(std::holds_alternative<fact::Missed>(facts[0]));
    CHECK(std::get<fact::Missed>(facts[0]).ticks >= 3);
    CHECK(std::holds_alternative<fact::Sampled>(facts[1]));
}

TEST_CASE("RLIMIT_AS of a real process is its nearest limit when it is small", "[live][sampler]") {
    const Child child([](const Child::Side& side) {
        const rlimit limit{512 * kMib, 512 * kMib};
        ::setrlimit(RLIMIT_AS, &limit);
        return sleep_for_ever(side);
    });
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    const auto sample = look_at(*process);

    REQUIRE(sample);
    REQUIRE(sample->limit);
    CHECK(sample->limit->kind == LimitKind::rlimit_as);
    CHECK(sample->limit->limit_bytes == 512 * kMib);
    CHECK(sample->limit->used_bytes > 0);
}
