// SPDX-License-Identifier: MIT
#include "core/worker/heap_child.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/base/subprocess.h"
#include "core/base/text.h"
#include "core/heap/byte_stream.h"
#include "core/heap/reading.h"
#include "core/heap/types_bytes.h"
#include "core/probe/memory.h"
#include "core/probe/process.h"
#include "core/worker/runtimes.h"

namespace rampwatch::worker {

namespace {

using heap::ByteReader;
using heap::ByteWriter;

constexpr rlim_t kMostData = rlim_t{256} << 20;
constexpr rlim_t kMostCpuSeconds = 60;
constexpr std::size_t kMostBytes = std::size_t{16} << 20;  // of a baseline, and of an answer

void limit(int resource, rlim_t most) {
    const rlimit limits{most, most};
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limits);
}

void confine() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_DUMPABLE, 0);
    ::prctl(PR_SET_NAME, "rampwatch-heap");
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, kMostCpuSeconds);
#if !defined(__SANITIZE_ADDRESS__)
    limit(RLIMIT_DATA, kMostData);
#endif
}

void write_answer(const Result<HeapAnswer>& answer) {
    ByteWriter writer;
    writer.number(answer ? 1 : 0);
    if (answer) {
        const auto types = heap::types_to_bytes(answer->types);
        writer.number(types.size());
        writer.raw({reinterpret_cast<const char*>(types.data()), types.size()});
        writer.raw({reinterpret_cast<const char*>(answer->baseline.data()), answer->baseline.size()});
    } else {
        const Error& error = answer.error();
        writer.number(static_cast<std::uint64_t>(error.kind));
        for (const std::string& text : {error.what, error.where, error.hint}) writer.text(text);
    }
    const auto bytes = writer.release();
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t put = ::write(STDOUT_FILENO, bytes.data() + done, bytes.size() - done);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return;
        done += static_cast<std::size_t>(put);
    }
}

Result<HeapAnswer> parse_answer(std::string_view text) {
    const Error broken{Error::Kind::io, "reading its heap ended without an answer", "", ""};
    const auto bytes = std::as_bytes(std::span(text));
    ByteReader reader(bytes);
    const bool good = reader.number() == 1;
    if (good) {
        const std::size_t size = reader.count(kMostBytes);
        const auto rest = reader.rest();
        if (!reader.good() || size > rest.size()) return broken;
        auto types = heap::types_of_bytes(rest.first(size));
        if (!types) return types.error();
        const auto baseline = rest.subspan(size);
        return HeapAnswer{std::move(*types), {baseline.begin(), baseline.end()}};
    }
    Error error;
    const std::uint64_t kind = reader.number();
    error.kind = static_cast<Error::Kind>(kind);
    error.what = reader.text();
    error.where = reader.text();
    error.hint = reader.text();
    const bool known = kind <= static_cast<std::uint64_t>(Error::Kind::io);
    return reader.good() && reader.at_end() && known && !error.what.empty() ? error : broken;
}

// All of standard input, up to kMostBytes.
std::vector<std::byte> read_input() {
    std::vector<std::byte> bytes;
    std::array<std::byte, 65536> part;
    while (bytes.size() < kMostBytes) {
        const ssize_t got = ::read(STDIN_FILENO, part.data(), part.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        bytes.insert(bytes.end(), part.begin(), part.begin() + got);
    }
    return bytes;
}

// A process as it is now, with all that a Target refers to.
struct Live {
    probe::Process process;
    probe::Memory memory;
    probe::Maps maps;
    std::optional<probe::LivePagemap> pages;
    probe::NamespaceTids tids;
    probe::Arch arch;

    [[nodiscard]] runtime::Target target() const {
        const pid_t pid = memory.tid();
        return {
            memory, maps, pages ? &*pages : nullptr,
            tids,   arch, [pid](const probe::Mapping& mapping) { return probe::open_module(pid, mapping); }};
    }
};

Result<std::unique_ptr<Live>> open_live(const Life& life) {
    auto process = probe::Process::open(life.pid);
    if (!process) return process.error();
    const Error gone{Error::Kind::gone, "the process has ended", fmt::format("PID {}", life.pid), ""};
    if (!is_same_process(process->life(), life)) return gone;
    const auto live = probe::live_thread(life.pid);
    if (!live) return live.error();
    auto maps = probe::read_maps(*live);
    if (!maps) return maps.error();
    auto pages = probe::LivePagemap::open(*live);
    if (!pages) return pages.error();
    auto tids = probe::NamespaceTids::read(life.pid);
    if (!tids) return tids.error();
    const auto arch = probe::read_arch(*live);
    if (!arch) return arch.error();
    return std::make_unique<Live>(Live{std::move(*process), probe::Memory(*live), std::move(*maps),
                                       std::move(*pages), std::move(*tids), *arch});
}

// The first that can be read by sample.
Result<std::unique_ptr<runtime::Runtime>> attach_any(const runtime::Target& target, runtime::Budget& budget) {
    Error last{Error::Kind::unavailable, "no heap is known in it", "", ""};
    for (const runtime::Entry& entry : runtimes()) {
        if (!entry.in_heaps || !entry.recognise(target)) continue;
        auto attached = entry.attach(target, budget);
        if (attached && (*attached)->blocks() != nullptr) return attached;
        if (!attached) last = attached.error();
    }
    return last;
}

Result<HeapAnswer> answer_of(const Life& life, std::uint64_t sample_bytes, std::span<const std::byte> given) {
    const auto live = open_live(life);
    if (!live) return live.error();
    const runtime::Target target = (*live)->target();
    heap::Settings settings;
    settings.sample_bytes = sample_bytes;
    runtime::Budget budget = runtime::budget_of(std::uint64_t{64} << 20, settings.cpu, settings.wall);
    auto attached = attach_any(target, budget);
    if (!attached) return attached.error();
    const std::string_view language = unread_language((*live)->maps);
    const auto note = [language](HeapTypes& types) {
        if (!language.empty())
            types.notes.push_back(fmt::format(
                "What belongs to {} is not told by its types: only malloc's heap is read.", language));
    };
    if (given.empty()) {
        auto reading = heap::read_now(**attached, target, settings);
        if (!reading) return reading.error();
        note(reading->types);
        reading->snapshot.life = life;
        return HeapAnswer{std::move(reading->types), heap::to_bytes(std::move(reading->snapshot))};
    }
    const auto before = heap::snapshot_of(given);
    if (!before) return before.error();
    if (!is_same_process(before->life, life) || before->life.boot_id != life.boot_id)
        return Error{Error::Kind::bad_input, "the baseline is of another process", "", ""};
    auto growth = heap::read_growth(**attached, target, *before, settings);
    if (!growth) return growth.error();
    note(*growth);
    return HeapAnswer{std::move(*growth), {}};
}

}  // namespace

Result<HeapAnswer> read_heap(const Life& life, const HeapOrder& order) {
    SubprocessOptions options;
    options.input.assign(reinterpret_cast<const char*>(order.baseline.data()), order.baseline.size());
    options.deadline = order.timeout;
    options.most_output_bytes = kMostBytes;
    options.death_signal = SIGKILL;
    const auto done = run(
        {"/proc/self/exe", std::string(kHeapWord), std::to_string(life.pid), std::to_string(life.start_ticks),
         life.boot_id, std::to_string(order.sample_bytes), order.somebody_waits ? "0" : "10"},
        options);
    if (!done) return done.error();
    const std::string where = fmt::format("PID {}", life.pid);
    if (done->timed_out) return Error{Error::Kind::timed_out, "reading its heap took too long", where, ""};
    auto answer = parse_answer(done->out);
    if (answer) return answer;
    Error error = answer.error();
    if (error.where.empty()) error.where = where;
    return error;
}

int heap_main(int argc, char** argv) {
    confine();
    const auto number = [&](int index) { return index < argc ? parse_count(argv[index]) : std::nullopt; };
    const auto pid = number(2), ticks = number(3), sample = number(5), nice = number(6);
    if (!pid || !ticks || !sample || !nice || *pid <= 0 || *pid > 1 << 30) return 2;
    ::setpriority(PRIO_PROCESS, 0, *nice > 0 ? 10 : 0);
    Life life;
    life.pid = static_cast<std::int32_t>(*pid);
    life.start_ticks = static_cast<std::uint64_t>(*ticks);
    life.boot_id = argv[4];
    const std::vector<std::byte> given = read_input();
    write_answer(answer_of(life, static_cast<std::uint64_t>(*sample), given));
    return 0;
}

}  // namespace rampwatch::worker
