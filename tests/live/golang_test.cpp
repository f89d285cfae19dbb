// SPDX-License-Identifier: MIT
// Goroutines read from outside, against what the runtime itself prints of them.
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "core/base/text.h"
#include "core/golang/describe.h"
#include "core/golang/goroutines.h"
#include "core/golang/heap_sites.h"
#include "core/golang/spans.h"
#include "tests/catch.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

using Told = std::map<std::int64_t, std::string>;  // goid -> state and calls, a line each

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// "main.deep(0x3, 0xc000)" -> "main.deep": arguments are not ours to tell.
std::string bare(const std::string& call) {
    const std::size_t creator = call.rfind(" in goroutine ");
    if (call.starts_with("created by ")) return call.substr(0, creator);
    return call.ends_with("(...)") ? call.substr(0, call.size() - 5) : call.substr(0, call.rfind('('));
}

// What runtime/pprof wrote. `count`: runtime.NumGoroutine() just before.
Told parse_dump(const std::string& text, std::int64_t& count) {
    Told told;
    std::istringstream lines(text);
    std::int64_t goid = 0;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("count ")) {
            count = parse_count(line.substr(6)).value();
        } else if (line.starts_with("goroutine ")) {
            const std::size_t open = line.find('[');
            goid = parse_count(line.substr(10, open - 11)).value();
            told[goid] = line.substr(open + 1, line.find_first_of(",]", open) - open - 1);
        } else if (line.starts_with('\t')) {
            told[goid] += " " + line.substr(1, line.find(" +0x") - 1);
        } else if (!line.empty()) {
            told[goid] += "\n" + bare(line);
        }
    }
    return told;
}

std::string line_of(const Frame& frame) {
    return frame.function.value_or("?") + " " + frame.file.value_or("?") + ":" +
           std::to_string(frame.line.value_or(0));
}

std::string text_of(const Group& group) {
    std::string text = group.state.value_or("?");
    for (const Frame& frame : group.frames) text += "\n" + line_of(frame);
    if (group.created_by) text += "\ncreated by " + line_of(*group.created_by);
    return text;
}

Told tell(const std::vector<Group>& groups) {
    Told told;
    for (const Group& group : groups) {
        if (group.runtime_own) continue;
        for (const std::int64_t id : group.ids) told[id] = text_of(group);
    }
    return told;
}

std::chrono::nanoseconds monotonic() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

// The program's own answer, after two collections.
std::string own_dump(pid_t pid, const std::string& path) {
    std::filesystem::remove(path);
    ::kill(pid, SIGUSR1);
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!std::filesystem::exists(path)) {
        REQUIRE(std::chrono::steady_clock::now() < deadline);
        std::this_thread::sleep_for(5ms);
    }
    return read_file(path);
}

// How many are told alike.
std::map<std::string, std::int64_t> alike(const Told& told) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& [goid, text] : told) ++counts[text];
    return counts;
}

// Both answers of one running program; those that moved or belong to the asking itself are left out.
void compare(const std::string& program) {
    const test::TempTree folder;
    const std::string dump = folder.path() + "/dump";
    const test::Target target({program, dump});
    std::int64_t count = 0;
    const Told theirs = parse_dump(own_dump(target.pid(), dump), count);

    const auto runtime = golang::Runtime::attach(target.pid());
    if (!runtime) FAIL(program << ": " << to_string(runtime.error()));
    golang::Goroutines goroutines(*runtime);
    const auto tally = goroutines.read(monotonic(), 0ns);
    REQUIRE(tally);
    const Told ours = tell(describe(*runtime, goroutines.groups(), {monotonic(), monotonic()}));
    CHECK(tally->live == count);
    CHECK(tally->unread == 0);
    CHECK(tally->partial == 0);
    std::size_t equal = 0;
    for (const auto& [goid, text] : theirs) {
        if (text.find("runtime/pprof") != std::string::npos) continue;
        const auto found = ours.find(goid);
        INFO(program << ", goroutine " << goid);
        CHECK((found == ours.end() ? "not found" : found->second) == text);
        if (found != ours.end() && found->second == text) ++equal;
    }
    CHECK(equal + 1 >= theirs.size());
    WARN(program << ": " << runtime->version_text() << ", " << equal << " of " << theirs.size() - 1
                 << " goroutines equal");
}

}  // namespace

TEST_CASE("each goroutine is told as the runtime itself tells it", "[golang]") {
    if (test::have({test::program("parks_go")})) compare(test::program("parks_go"));
}

TEST_CASE("a hundred thousand goroutines are counted by their stacks as the runtime prints them",
          "[golang]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const std::string dump = folder.path() + "/dump";
    const test::Target target({test::program("parks_go"), dump, "100000"});
    std::int64_t count = 0;
    const auto theirs = alike(parse_dump(own_dump(target.pid(), dump), count));
    CHECK(count > 100'000);
    const auto runtime = golang::Runtime::attach(target.pid());
    REQUIRE(runtime);
    golang::Goroutines goroutines(*runtime);
    const auto tally = goroutines.read(monotonic(), 0ns);
    REQUIRE(tally);
    CHECK(tally->live == count);
    CHECK(tally->partial == 0);
    std::map<std::string, std::int64_t> ours;
    for (const Group& group : describe(*runtime, goroutines.groups(), {monotonic(), monotonic()}))
        ours[text_of(group)] += group.count;
    for (const auto& [text, times] : theirs) {
        if (text.find("runtime/pprof") != std::string::npos) continue;
        INFO(text);
        CHECK(ours[text] == times);
    }
    const auto again = goroutines.read(monotonic(), 0ns);
    REQUIRE(again);
    CHECK(again->kept >= 100'000);
}

TEST_CASE("goroutines that have not run since are kept without their stacks being read", "[golang]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const std::string dump = folder.path() + "/dump";
    const test::Target target({test::program("parks_go"), dump});
    own_dump(target.pid(), dump);
    const auto runtime = golang::Runtime::attach(target.pid());
    REQUIRE(runtime);
    golang::Goroutines goroutines(*runtime);
    const auto first = goroutines.read(100s, 50s);
    REQUIRE(first);
    CHECK(first->kept == 0);
    CHECK(first->aged == 0);
    const auto groups = tell(describe(*runtime, goroutines.groups(), {100s, 100s}));
    const auto second = goroutines.read(150s, 50s);
    REQUIRE(second);
    CHECK(second->kept >= 1000);
    CHECK(second->aged >= 1000);
    CHECK(second->bytes_read - first->bytes_read < first->bytes_read / 2);
    CHECK(tell(describe(*runtime, goroutines.groups(), {150s, 150s})).size() == groups.size());
    const auto counted = goroutines.count();
    REQUIRE(counted);
    CHECK(counted->live == second->live);
}

// Records are used again within microseconds there: a stack that was put together from two of them would not
// end where its goroutine started, or would hold a call that nobody makes.
TEST_CASE("while goroutines come and go no stack is told that is none", "[golang]") {
    const std::string program = test::program("served_go");
    if (!test::have({program})) return;
    const test::Target target({program, "-n", "300", "-deep", "20", "-churn", "4", "-swing", "16"});
    const auto runtime = golang::Runtime::attach(target.pid());
    REQUIRE(runtime);
    const auto entry_of = [&](std::uint64_t pc) {
        const golang::Module* module = runtime->module_at(pc);
        const auto function = module == nullptr ? std::nullopt : module->function_at(pc);
        return function ? module->entry(*function) : 0;
    };
    std::int64_t told = 0, wrong = 0, short_lived = 0, swinging = 0;
    std::string example;
    const auto until = std::chrono::steady_clock::now() + 60s;
    for (int round = 0; round < 150 && std::chrono::steady_clock::now() < until; ++round) {
        golang::Goroutines goroutines(*runtime);  // nothing kept: each stack is read
        REQUIRE(goroutines.read(1s, 1h));
        for (const golang::GoroutineGroup& alike : goroutines.groups()) {
            if (alike.moving || alike.partial || alike.system || alike.pcs.empty()) continue;
            told += alike.count;
            const auto frames = golang::frames_of(*runtime, alike.pcs);
            const std::string outermost = frames.back().function.value_or("?");
            const auto calls = [&](std::string_view name) {
                return std::count_if(frames.begin(), frames.end(),
                                     [&](const Frame& frame) { return frame.function == name; });
            };
            if (outermost == "main.churn.func1") short_lived += alike.count;
            if (outermost == "main.swing") swinging += alike.count;
            const bool whole = calls("main.process") == 0 || calls("main.process") == 21;
            const bool one_way = calls("main.leftInner") <= calls("main.left") &&
                                 calls("main.rightInner") <= calls("main.right") &&
                                 calls("main.left") + calls("main.right") <= 1;
            if (entry_of(alike.pcs.back()) == alike.startpc && whole && one_way) continue;
            wrong += alike.count;
            example.clear();
            for (const Frame& frame : frames) example += line_of(frame) + "\n";
        }
    }
    INFO(example);
    CHECK(wrong == 0);
    CHECK(told > 10'000);
    CHECK(swinging > 100);
    WARN(told << " goroutines told with a stack, " << short_lived << " of them short-lived, " << swinging
              << " back at once, " << wrong << " of the stacks wrong");
}

// A signal interrupts them between any two instructions: the frame is told by where they stand, not by a
// call.
TEST_CASE("goroutines that were interrupted anywhere are told with whole stacks", "[golang]") {
    const std::string program = test::program("served_go");
    if (!test::have({program})) return;
    const test::Target target({program, "-n", "10", "-spin", "6"});
    const auto runtime = golang::Runtime::attach(target.pid());
    REQUIRE(runtime);
    std::int64_t interrupted = 0, in_leaf = 0;
    std::set<std::uint64_t> places;
    const auto until = std::chrono::steady_clock::now() + 60s;
    while ((interrupted < 1000 || in_leaf < 50) && std::chrono::steady_clock::now() < until) {
        golang::Goroutines goroutines(*runtime);
        const auto tally = goroutines.read(1s, 1h);
        REQUIRE(tally);
        CHECK(tally->partial == 0);
        for (const golang::GoroutineGroup& alike : goroutines.groups()) {
            if (alike.moving || alike.pcs.empty() || alike.status != golang::Status::runnable) continue;
            const auto frames = golang::frames_of(*runtime, alike.pcs);
            if (frames.back().function != "main.spin") continue;
            interrupted += alike.count;
            const bool leaf = frames.front().function == "main.leaf";
            in_leaf += leaf ? alike.count : 0;
            if (leaf && alike.pcs.size() > 2) places.insert(alike.pcs[2]);
            CHECK(frames.size() == (leaf ? 2 : 1));
        }
        std::this_thread::sleep_for(5ms);
    }
    CHECK(interrupted >= 1000);
    CHECK(in_leaf >= 50);
    WARN(interrupted << " interrupted goroutines told, " << in_leaf << " in main.leaf, at " << places.size()
                     << " places");
}

TEST_CASE("the bytes that the last collection found reachable are read", "[golang]") {
    if (!test::have({test::program("parks_go")})) return;
    const test::TempTree folder;
    const test::Target target({test::program("parks_go"), folder.path() + "/dump"});
    own_dump(target.pid(), folder.path() + "/dump");
    const auto runtime = golang::Runtime::attach(target.pid());
    REQUIRE(runtime);
    const auto heap = runtime->heap();
    REQUIRE(heap);
    CHECK(heap->marked > 100'000);
    CHECK(heap->marked <= heap->live);
    CHECK(heap->in_use < 64 << 20);
    const auto tick = runtime->memory().get<std::int64_t>(runtime->counters().heap_marked);
    REQUIRE(tick);
    CHECK(*tick > 100'000);
}

TEST_CASE("a program that is not Go is refused by name", "[golang]") {
    const test::Target target({test::program("steady")});
    const auto runtime = golang::Runtime::attach(target.pid());
    REQUIRE_FALSE(runtime);
    CHECK(runtime.error().kind == Error::Kind::not_found);
    CHECK(runtime.error().what == "no Go function table");
}

TEST_CASE("damaged tables are refused or read with bounds, never beyond", "[golang]") {
    if (!test::have({test::program("parks_go")})) return;
    const std::string good = read_file(test::program("parks_go"));
    std::mt19937 dice(4711);
    int refused = 0;
    for (int round = 0; round < 300; ++round) {
        std::string bad = good;
        const auto elf_before = probe::Elf::parse(probe::Bytes(std::as_bytes(std::span(good))));
        const auto* section = elf_before->section(".gopclntab");
        const auto start =
            static_cast<std::size_t>(section->bytes.data() - std::as_bytes(std::span(good)).data());
        for (int i = 0; i < 200; ++i) {
            const bool head = round % 3 == 0 && i < 4;
            const std::size_t at =
                round % 5 == 4 ? dice() % 4096 : start + dice() % (head ? 96 : section->bytes.size());
            bad[at] = static_cast<char>(round % 2 == 0 ? 0xff : dice());
        }
        if (round % 7 == 6) bad.resize(dice() % bad.size());
        const probe::Bytes bytes(std::as_bytes(std::span(bad)));
        const auto elf = probe::Elf::parse(bytes);
        const auto table = elf ? golang::Pclntab::find(*elf) : Result<golang::Pclntab>(elf.error());
        if (elf) static_cast<void>(golang::read_build_info(*elf));
        if (!table) {
            ++refused;
            continue;
        }
        std::vector<golang::Pclntab::Call> calls;
        for (std::uint32_t i = 0; i < std::min<std::uint32_t>(table->functions(), 3000); ++i) {
            const auto function = table->function(i);
            if (!function) continue;
            static_cast<void>(table->frame_size(*function, function->entry + 7));
            table->calls(*function, function->entry + 9, bytes, calls);
            calls.clear();
        }
        static_cast<void>(table->wrapper_id());
    }
    CHECK(refused > 0);
    CHECK(refused < 300);
}

namespace {

struct Toolchain {
    std::string root{};
    bool newer = false;  // than the host's: fetched, and its library is compiled with each build
};

// Those of this host, and the oldest and the newest of Debian's backports; RAMPWATCH_NEWER_GO="1.22 1.24"
// names others. They are fetched and unpacked below the build folder, which installs nothing.
std::vector<Toolchain> toolchains() {
    std::vector<Toolchain> found;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
        if (entry.path().filename().string().starts_with("go-1."))
            found.push_back({entry.path().string(), false});
    }
    const char* wanted = std::getenv("RAMPWATCH_NEWER_GO");
    std::vector<std::string> words = {test::tests_file("newer_go.sh"), test::program("newer-go")};
    if (wanted != nullptr)
        for (const std::string_view version : split(wanted, ' ')) words.emplace_back(version);
    const auto outcome = test::run_program(words, 300s);
    if (outcome.status != 0) {
        const bool must = std::getenv("RAMPWATCH_NOTHING_MISSING") != nullptr || wanted != nullptr;
        WARN((must ? "" : "skipped: ") << "no Go newer than the host's: " << outcome.err);
        CHECK_FALSE(must);
    }
    std::istringstream lines(outcome.out);
    for (std::string root; std::getline(lines, root);) found.push_back({root, true});
    return found;
}

}  // namespace

// Every build that a Go on this host can make: the same program, stripped and not, moved and not.
TEST_CASE("builds of each installed Go are read alike", "[golang_builds]") {
    struct Build {
        bool cgo = false;
        std::vector<std::string> options{};
    };
    const std::vector<Build> builds = {
        {true, {}}, {false, {"-trimpath", "-ldflags=-s -w"}}, {true, {"-buildmode=pie", "-ldflags=-s -w"}}};
    constexpr std::size_t kStripped = 1;
    const test::TempTree folder;
    int built = 0;
    for (const Toolchain& toolchain : toolchains()) {
        const std::string& root = toolchain.root;
        const std::string name = root.substr(root.rfind('/') + 1);
        for (std::size_t i = 0; i < builds.size(); ++i) {
            if (toolchain.newer && i != kStripped) continue;
            const std::string program = folder.path() + "/" + name + "-" + std::to_string(i);
            std::vector<std::string> words = {"/usr/bin/env",
                                              "GOROOT=" + root,
                                              "GOCACHE=" + test::program("go-cache"),
                                              "GOPATH=" + folder.path(),
                                              "GOFLAGS=",
                                              "GOTOOLCHAIN=local",
                                              "CGO_ENABLED=" + std::string(builds[i].cgo ? "1" : "0"),
                                              root + "/bin/go",
                                              "build"};
            words.insert(words.end(), builds[i].options.begin(), builds[i].options.end());
            words.insert(words.end(), {"-o", program, test::tests_file("programs/parks.go")});
            const auto outcome = test::run_program(words, 600s);
            INFO(outcome.err);
            REQUIRE(outcome.status == 0);
            compare(program);
            ++built;
        }
    }
    WARN(built << " builds compared");
}

namespace {

// One byte in some hundred is another than the program's, by its address and `seed`.
class LyingReader : public probe::MemoryReader {
  public:
    // One byte in `rarity` is another.
    LyingReader(const probe::MemoryReader& below, std::uint64_t seed, std::uint64_t rarity = 300)
        : below_(below), seed_(seed), rarity_(rarity) {}

    using MemoryReader::get;
    Result<void> read(std::uint64_t address, std::span<std::byte> into) const override {
        const auto done = below_.read(address, into);
        if (done) lie(address, into);
        return done;
    }
    Result<void> read(std::span<probe::Piece> pieces) const override {
        const auto done = below_.read(pieces);
        for (probe::Piece& piece : pieces)
            if (piece.read) lie(piece.address, piece.into);
        return done;
    }

  private:
    void lie(std::uint64_t address, std::span<std::byte> bytes) const {
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            std::uint64_t hash = (address + i + seed_ * 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
            hash ^= hash >> 31;
            if (hash % rarity_ == 0) bytes[i] = static_cast<std::byte>(hash >> 40);
        }
    }

    const probe::MemoryReader& below_;
    std::uint64_t seed_, rarity_;
};

// A Go program with two thousand goroutines, attached to, and its memory as it is.
struct Parked {
    Parked() { REQUIRE(runtime); }

    const test::TempTree folder{};
    const test::Target target{{test::program("parks_go"), folder.path() + "/dump", "2000"}};
    decltype(golang::Runtime::attach(0)) runtime = golang::Runtime::attach(target.pid());
    const probe::Memory truth{probe::live_thread(target.pid()).value()};
};

}  // namespace

TEST_CASE("a Go program whose memory lies is read to an end, and nothing is lost without a count",
          "[golang]") {
    if (!test::have({test::program("parks_go")})) return;
    Parked parked;
    auto& runtime = parked.runtime;
    const probe::Memory& truth = parked.truth;
    int read = 0;
    std::int64_t refused = 0, groups = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        INFO(seed);
        const LyingReader lies(truth, seed);
        runtime->read_through(lies);
        golang::Goroutines goroutines(*runtime);
        const auto tally = goroutines.read(monotonic(), 0ns);
        if (!tally) continue;
        ++read;
        CHECK(tally->records >= tally->live + tally->system + tally->unread);
        refused += tally->unread + tally->moving + tally->partial;
        std::int64_t counted = 0;
        for (const Group& group : describe(*runtime, goroutines.groups(), {monotonic(), monotonic()})) {
            CHECK(group.frames.size() <= 10'000);
            if (!group.runtime_own) counted += group.count;
            ++groups;
        }
        CHECK(counted + tally->ungrouped == tally->live);
    }
    CHECK(read > 10);
    CHECK(refused > 0);
    CHECK(groups > 0);
}

TEST_CASE("the heap of a Go program whose memory lies is counted within bounds, and what is torn is said",
          "[golang]") {
    if (!test::have({test::program("parks_go")})) return;
    Parked parked;
    auto& runtime = parked.runtime;
    const probe::Memory& truth = parked.truth;
    REQUIRE(golang::size_counts(*runtime));  // though half of its list is vacant, as it has just begun
    std::size_t torn = 0, counted = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        INFO(seed);
        // More, and in nearly all of them the list of spans is no longer believed.
        const LyingReader lies(truth, seed, seed % 10 == 0 ? 300 : 3000);
        runtime->read_through(lies);
        const auto sizes = golang::size_counts(*runtime);
        if (sizes) {
            torn += sizes->torn;
            for (const golang::SizeCount& size : sizes->sizes) {
                CHECK(size.objects > 0);
                CHECK(size.bytes >= 0);
                CHECK((size.size == 0 || size.bytes == size.objects * static_cast<std::int64_t>(size.size)));
                ++counted;
            }
            CHECK(sizes->free_bytes <= sizes->span_bytes);
        }
        if (const auto sites = golang::allocation_sites(*runtime)) {
            CHECK(sites->sites.size() <= golang::kMostSites);
            for (const golang::AllocationSite& site : sites->sites)
                CHECK((site.objects > 0 && site.bytes > 0));
        }
    }
    CHECK(torn > 0);
    CHECK(counted > 1000);
}
