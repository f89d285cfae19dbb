// SPDX-License-Identifier: MIT
#include "core/worker/heap_child.h"

#include <fcntl.h>
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

#include "core/base/fd.h"
#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/cxx/glibc_heap.h"
#include "core/heap/byte_stream.h"
#include "core/heap/reading.h"
#include "core/heap/types_bytes.h"
#include "core/probe/memory.h"
#include "core/probe/process.h"
#include "core/probe/program_mark.h"
#include "core/v8/runtime.h"
#include "core/worker/go_heap.h"
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

// When memory runs out it goes first: what it reads can be read again.
void be_first_to_go() {
    const Fd score(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
    if (score) static_cast<void>(!::write(score.get(), "1000", 4));
}

void confine() {
    be_first_to_go();
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

// The first that can be read by sample; `refused`: why those before it were not, as sentences.
Result<std::unique_ptr<runtime::Runtime>> attach_any(const runtime::Target& target, runtime::Budget& budget,
                                                     std::vector<std::string>& refused) {
    Error last{Error::Kind::unavailable, "no heap is known in it", "", ""};
    for (const runtime::Entry& entry : runtimes()) {
        if (!entry.in_heaps || !entry.recognise(target)) continue;
        auto attached = entry.attach(target, budget);
        if (attached && (*attached)->blocks() != nullptr) return attached;
        if (!attached) last = attached.error();
        const std::string why = attached ? (*attached)->without_blocks() : attached.error().what;
        const std::string hint = attached ? std::string() : attached.error().hint;
        if (!why.empty())
            refused.push_back(
                fmt::format("{}: {}{}.", entry.name, why, hint.empty() ? "" : " (" + hint + ")"));
    }
    return last;
}

std::uint64_t program_of(pid_t tid) {
    const auto text = read_file(fmt::format("/proc/{}/stat", tid), 4096);
    const auto mark = text ? probe::parse_program_mark(*text) : std::nullopt;
    return mark ? mark->start_stack : 0;
}

// Where it is malloc's heap that was read, or others can tell more.
void note_language(const runtime::Runtime& read, const probe::Maps& maps, std::int32_t pid,
                   HeapTypes& types) {
    if (read.name() == v8::entry().name)
        types.notes.push_back(
            fmt::format("Snapshots tell who holds them: kill -USR1 {} opens its inspector.", pid));
    const UnreadLanguage* language = unread_language(maps);
    if (language == nullptr || read.name() != cxx::glibc_entry().name) return;
    types.unread = language->name;
    types.next = fmt::format(fmt::runtime(language->next), fmt::arg("pid", pid));
}

void add_notes(const std::vector<std::string>& notes, HeapTypes& types) {
    types.notes.insert(types.notes.end(), notes.begin(), notes.end());
}

void note_coarse(std::span<const std::byte> bytes, std::size_t sampled, HeapTypes& types) {
    const auto kept = heap::snapshot_of(bytes);
    if (!kept || kept->sampled.size() >= sampled) return;
    types.notes.push_back(
        fmt::format("The baseline would be larger than {}: it keeps {} of {} blocks, so that what grows is "
                    "told less exactly.",
                    format_size(static_cast<double>(heap::kMostSnapshot)), kept->sampled.size(), sampled));
}

Error other_program() {
    return {Error::Kind::bad_input, "the baseline is of the program that it was before an execve", "", ""};
}
Error other_process() { return {Error::Kind::bad_input, "the baseline is of another process", "", ""}; }

// By the profile that it keeps of itself.
Result<HeapAnswer> go_answer(const golang::Runtime& runtime, const Life& life, std::uint64_t program,
                             std::span<const std::byte> given) {
    std::optional<SiteBaseline> before;
    if (!given.empty()) {
        auto read = site_baseline_of(given);
        if (!read) return read.error();
        if (!is_same_process(read->life, life) || read->life.boot_id != life.boot_id) return other_process();
        if (read->program != program) return other_program();
        before = std::move(*read);
    }
    const auto begun = boot_now();
    auto reading = read_go_heap(runtime, before ? &*before : nullptr);
    if (!reading) return reading.error();
    reading->types.took = boot_now() - begun;
    reading->baseline.life = life;
    reading->baseline.program = program;
    if (before) return HeapAnswer{std::move(reading->types), {}};
    return HeapAnswer{std::move(reading->types), to_bytes(std::move(reading->baseline))};
}

// Empty where it is no Go program; a cgo program whose profile is left out has malloc's heap all the same.
std::optional<Result<HeapAnswer>> as_go(const Life& life, std::uint64_t program, std::optional<bool> go,
                                        std::span<const std::byte> given) {
    if (go == false || (!given.empty() && !is_site_baseline(given))) return std::nullopt;
    const auto runtime = golang::Runtime::attach(life.pid);
    if (!runtime) {
        if (go == true || !given.empty()) return Result<HeapAnswer>(runtime.error());
        return std::nullopt;
    }
    return go_answer(*runtime, life, program, given);
}

struct HeapRequest {
    Life life{};
    std::uint64_t sample_bytes = 0;
    std::optional<bool> go{};
    bool holders = true;
    std::vector<std::byte> given{};
};

Result<HeapAnswer> answer_of(const HeapRequest& asked) {
    const Life& life = asked.life;
    const std::uint64_t sample_bytes = asked.sample_bytes;
    const std::span<const std::byte> given = asked.given;
    const auto live = open_live(life);
    if (!live) return live.error();
    const std::uint64_t program = program_of((*live)->memory.tid());
    if (auto answer = as_go(life, program, asked.go, given)) return std::move(*answer);
    const runtime::Target target = (*live)->target();
    heap::Settings settings;
    settings.sample_bytes = sample_bytes;
    settings.holders = asked.holders;
    runtime::Budget budget = runtime::budget_of(std::uint64_t{64} << 20, settings.cpu, settings.wall);
    std::vector<std::string> refused;
    auto attached = attach_any(target, budget, refused);
    if (!attached) return attached.error();
    if (given.empty()) {
        auto reading = heap::read_now(**attached, target, settings);
        if (!reading) return reading.error();
        note_language(**attached, (*live)->maps, life.pid, reading->types);
        add_notes(refused, reading->types);
        reading->snapshot.life = life;
        reading->snapshot.program = program;
        const std::size_t sampled = reading->snapshot.sampled.size();
        auto bytes = heap::to_bytes(std::move(reading->snapshot));
        note_coarse(bytes, sampled, reading->types);
        return HeapAnswer{std::move(reading->types), std::move(bytes)};
    }
    const auto before = heap::snapshot_of(given);
    if (!before) return before.error();
    if (!is_same_process(before->life, life) || before->life.boot_id != life.boot_id) return other_process();
    if (before->program != 0 && program != 0 && before->program != program) return other_program();
    auto growth = heap::read_growth(**attached, target, *before, settings);
    if (!growth) return growth.error();
    note_language(**attached, (*live)->maps, life.pid, *growth);
    add_notes(refused, *growth);
    return HeapAnswer{std::move(*growth), {}};
}

std::vector<std::string> words_of(const Life& life, const HeapOrder& order) {
    return {"/proc/self/exe",
            std::string(kHeapWord),
            std::to_string(life.pid),
            std::to_string(life.start_ticks),
            life.boot_id,
            std::to_string(order.sample_bytes),
            order.somebody_waits ? "0" : "10",
            !order.go   ? "any"
            : *order.go ? "go"
                        : "other",
            order.holders ? "holders" : "plain"};
}

SubprocessOptions options_of(const HeapOrder& order) {
    SubprocessOptions options;
    options.input.assign(reinterpret_cast<const char*>(order.baseline.data()), order.baseline.size());
    options.deadline = order.timeout;
    options.most_output_bytes = kMostBytes;
    options.death_signal = SIGKILL;
    return options;
}

Error too_long(std::int32_t pid) {
    return {Error::Kind::timed_out, "reading its heap took too long", fmt::format("PID {}", pid), ""};
}

Result<HeapAnswer> placed_answer(std::string_view out, std::int32_t pid) {
    auto answer = parse_answer(out);
    if (answer) return answer;
    Error error = answer.error();
    if (error.where.empty()) error.where = fmt::format("PID {}", pid);
    return error;
}

}  // namespace

Result<HeapAnswer> read_heap(const Life& life, const HeapOrder& order) {
    const auto done = run(words_of(life, order), options_of(order));
    if (!done) return done.error();
    if (done->timed_out) return too_long(life.pid);
    return placed_answer(done->out, life.pid);
}

Result<HeapCall> HeapCall::start(const Life& life, const HeapOrder& order) {
    auto child = Subprocess::start(words_of(life, order), options_of(order));
    if (!child) return child.error();
    return HeapCall(std::move(*child), life.pid, boot_now() + order.timeout);
}

std::optional<Result<HeapAnswer>> HeapCall::poll() {
    const bool open = child_.drain();
    out_ += child_.take_output();
    static_cast<void>(child_.take_errors());
    if (!open && child_.exit_status()) return placed_answer(out_, pid_);
    if (boot_now() < until_) return std::nullopt;
    child_.kill_and_reap();
    return Result<HeapAnswer>(too_long(pid_));
}

int heap_main(int argc, char** argv) {
    confine();
    const auto number = [&](int index) { return index < argc ? parse_count(argv[index]) : std::nullopt; };
    const auto pid = number(2), ticks = number(3), sample = number(5), nice = number(6);
    if (!pid || !ticks || !sample || !nice || *pid <= 0 || *pid > 1 << 30) return 2;
    ::setpriority(PRIO_PROCESS, 0, *nice > 0 ? 10 : 0);
    HeapRequest asked;
    asked.life.pid = static_cast<std::int32_t>(*pid);
    asked.life.start_ticks = static_cast<std::uint64_t>(*ticks);
    asked.life.boot_id = argv[4];
    asked.sample_bytes = static_cast<std::uint64_t>(*sample);
    const std::string_view kind = argc > 7 ? argv[7] : "any";
    if (kind != "any") asked.go = kind == "go";
    asked.holders = argc <= 8 || std::string_view(argv[8]) != "plain";
    asked.given = read_input();
    write_answer(answer_of(asked));
    return 0;
}

}  // namespace rampwatch::worker
