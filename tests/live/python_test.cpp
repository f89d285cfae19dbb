// SPDX-License-Identifier: MIT
// Python programs read from outside, against what Python itself says of them.
#include <dirent.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/cpython/find.h"
#include "core/cpython/runtime.h"
#include "core/probe/memory.h"
#include "core/runtime/resident.h"
#include "tests/catch.h"
#include "tests/support/live_process.h"
#include "tests/support/process_image.h"
#include "tests/support/pythons.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;

namespace {

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<pid_t> tids_of(pid_t pid) {
    std::vector<pid_t> tids;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task"))
        tids.push_back(static_cast<pid_t>(parse_count(entry.path().filename().string()).value()));
    std::sort(tids.begin(), tids.end());
    return tids;
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return cpython::entry().attach(target, budget);
}

// The parts of a text that begin with `word`, each with the lines that are indented below it, sorted.
std::vector<std::string> parts(const std::string& text, const std::string& word) {
    std::vector<std::string> found;
    bool inside = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at) + 1;
        const std::string line = text.substr(at, end - at);
        if (line[0] != ' ') inside = line.starts_with(word);
        if (inside && line[0] != ' ') found.emplace_back();
        if (inside) found.back() += line;
        at = end;
    }
    std::sort(found.begin(), found.end());
    return found;
}

// Without what is waited for, which Python does not tell, and without coroutines that are no tasks.
std::vector<std::string> as_told(std::vector<std::string> texts) {
    std::erase_if(texts, [](const std::string& text) { return text.starts_with("task [not started]"); });
    for (std::string& text : texts) {
        if (text.starts_with("task [")) text.erase(4, text.find('\n') - 4);
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

}  // namespace

TEST_CASE("threads and tasks of every Python here are those that it tells itself", "[python]") {
    for (const std::string& python : test::pythons()) {
        INFO(python);
        const test::TempTree tree;
        const std::string truth = tree.path("truth");
        const test::Target program({python, test::tests_file("programs/python/shop.py"), truth, "200"});
        const test::LiveProcess process(program.pid());
        CHECK(cpython::entry().recognise(process.target()));
        const auto runtime = attach(process.target());
        REQUIRE(runtime);

        // The one that told is not among those that it told of.
        auto threads = test::tell_threads(**runtime, tids_of(program.pid()));
        std::erase_if(threads,
                      [](const std::string& text) { return text.find(" tell ") != std::string::npos; });
        CHECK(threads == parts(read(truth), "thread"));
        CHECK(threads.size() == 5);
        const auto tasks = test::tell_tasks(**runtime);
        CHECK(as_told(tasks) == parts(read(truth), "task"));
        CHECK(std::count_if(tasks.begin(), tasks.end(), [](const std::string& text) {
                  return text.starts_with("task [not started]\n  slow ");
              }) == 1);
        CHECK(std::count_if(tasks.begin(), tasks.end(), [](const std::string& text) {
                  return text.starts_with("task [Future]\n  Queue.get ");
              }) == 200);
    }
}

TEST_CASE("who holds the GIL is told, and that nobody does", "[python]") {
    for (const std::string& python : test::pythons()) {
        INFO(python);
        if (test::run_program({python, "-c", "import ctypes"}).status != 0) continue;
        const auto holder_of = [&](const std::string& wait) {
            const test::Target program(
                {python, "-c",
                 "import ctypes, threading, time\n"
                 "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n"
                 "print('ready', flush=True)\n" +
                     wait});
            test::settle(program.pid());
            const test::LiveProcess process(program.pid());
            const auto runtime = attach(process.target());
            REQUIRE(runtime);
            const auto tid = (*runtime)->threads()->lock_holder();
            if (!tid) return std::string("not known");
            return *tid == 0 ? std::string("nobody") : *tid == program.pid() ? "main" : "another";
        };
        const bool is_36 = holder_of("time.sleep(1000)") == "not known";
        CHECK(is_36 == (python.find("3.6") != std::string::npos));
        if (is_36) continue;
        CHECK(holder_of("time.sleep(1000)") == "nobody");
        // A function of C that is called without giving the GIL up.
        CHECK(holder_of("ctypes.PyDLL(None).sleep(1000)") == "main");
    }
}

// Counts by type of all resident blocks, which core/heap's walker samples.
std::map<std::string, runtime::TypeRow> read_types(const runtime::Target& target, runtime::Runtime& python) {
    class Rows : public runtime::Sink {
      public:
        void add(const runtime::Task&) override {}
        void add(const runtime::TypeRow& row) override {
            rows[row.type].count += row.count;
            rows[row.type].bytes += row.bytes;
        }
        std::map<runtime::TypeId, runtime::TypeRow> rows{};
    } sink;
    runtime::Blocks& blocks = *python.blocks();
    const std::uint64_t size = probe::page_bytes() << blocks.block_shift();
    for (const probe::Mapping& mapping : target.maps.mappings) {
        if (!blocks.wants(mapping)) continue;
        probe::Resident resident;
        REQUIRE(target.pages->add({mapping.start, mapping.end - mapping.start}, resident));
        std::map<std::uint64_t, std::vector<std::byte>> whole;  // by address
        for (std::size_t i = 0; i < resident.pages.runs(); ++i) {
            const probe::PageRun run = resident.pages.run(i);
            for (std::uint64_t page = run.first; page < run.first + run.count; ++page) {
                const std::uint64_t at = page * probe::page_bytes();
                auto& bytes = whole[at / size * size];
                bytes.resize(size);
                (void)target.memory.read(at, std::span(bytes).subspan(at % size, probe::page_bytes()));
            }
        }
        for (const auto& [at, bytes] : whole) blocks.read({at, bytes, {}, &mapping}, sink);
    }
    std::map<std::string, runtime::TypeRow> named;
    for (const auto& [type, row] : sink.rows) named[python.name_of_type(type).name] = row;
    return named;
}

TEST_CASE("objects are counted by type as the program made them, on every Python here", "[python]") {
    constexpr std::int64_t kCount = 30'000;
    for (const std::string& python : test::pythons()) {
        INFO(python);
        const test::Target program(
            {python, test::tests_file("programs/python/goods.py"), std::to_string(kCount)});
        const test::LiveProcess process(program.pid());
        const auto runtime = attach(process.target());
        REQUIRE(runtime);
        const auto rows = read_types(process.target(), **runtime);
        const auto within = [](std::int64_t found, std::int64_t made) {
            return found >= made - made / 100 && found <= made + made / 100;
        };
        CHECK(within(rows.at("Session").count, kCount * 2 / 3));
        CHECK(within(rows.at("Cart").count, kCount / 2));
        CHECK(within(rows.at("float").count, kCount + kCount / 100));
        CHECK(rows.at("dict storage").count > kCount / 10);
        CHECK(rows.at("free blocks of pools").bytes > kCount / 3 * 32);
    }
}

// Pages that hold coroutines: an image has no others of the heap.
std::vector<probe::PageRun> pages_of(const runtime::Target& target) {
    const auto python = cpython::find(target);
    REQUIRE(python);
    std::vector<probe::PageRun> runs;
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    const auto look = [&](std::uint64_t address, std::span<const std::uint64_t> words) {
        for (std::size_t i = 1; i < words.size(); ++i) {
            const bool is = words[i] == python->coroutine_type || words[i] == python->async_generator_type;
            if (!is || words[i - 1] == 0 || words[i - 1] > 100) continue;
            const std::uint64_t page = (address + 8 * i) / probe::page_bytes();
            if (runs.empty() || runs.back().first != page) runs.push_back({page, 1});
        }
    };
    REQUIRE(runtime::look_at_heap(target, budget, runtime::may_hold_objects, look));
    return runs;
}

// Renews tests/captures/cpython: not part of any run. RAMPWATCH_RECORD_SCRIPT: where shop.py lies, for that
// path is part of the images.
TEST_CASE("images of Python programs are recorded", "[.record_python]") {
    const char* script = std::getenv("RAMPWATCH_RECORD_SCRIPT");
    REQUIRE(script != nullptr);
    for (const std::string& python : test::pythons()) {
        const test::TempTree tree;
        const test::Target program({python, script, tree.path("truth"), "4"});
        test::LiveProcess process(program.pid());
        test::ProcessImage image;
        for (const pid_t tid : tids_of(program.pid())) image.tids.emplace_back(tid, tid);
        image.pages = pages_of(process.target());
        std::ifstream maps("/proc/" + program.pid_word() + "/maps");
        for (std::string line; std::getline(maps, line);) {
            const std::size_t name = line.rfind('/');
            if (name != std::string::npos && line.find("python") == std::string::npos) continue;
            if (line.find(".cpython-") != std::string::npos) continue;
            if (name != std::string::npos)
                line = line.substr(0, line.find('/')) + "/usr/lib/" + line.substr(name + 1);
            image.map_lines.push_back(line);
        }
        const probe::RecordingReader recording(process.memory, image.memory);
        probe::PageSet set;
        for (const probe::PageRun& run : image.pages) REQUIRE(set.add(run));
        const probe::KnownPages pages(set);
        const runtime::Target target{recording, process.maps, &pages, process.tids, {}, {}};
        const auto runtime = attach(target);
        REQUIRE(runtime);
        std::string expect;
        for (const std::string& text : test::tell_threads(**runtime, tids_of(program.pid()))) expect += text;
        for (const std::string& text : test::tell_tasks(**runtime)) expect += text;
        const std::string version = (*runtime)->version();
        const std::string minor = version.substr(0, version.find('.', version.find('.') + 1));
        std::ofstream(test::tests_file("captures/cpython/" + minor + ".image")) << image.text();
        std::ofstream(test::tests_file("captures/cpython/" + minor + ".expect")) << expect;
    }
}

TEST_CASE("a dump of a Python program has its threads in Python and its coroutines in groups", "[python]") {
    for (const std::string& python : test::pythons()) {
        INFO(python);
        const test::TempTree tree;
        const test::Target program(
            {python, test::tests_file("programs/python/shop.py"), tree.path("truth"), "500"});
        const auto dump = test::rampwatch({"dump", program.pid_word()});
        INFO(dump.out << dump.err);
        CHECK(dump.status == 0);
        CHECK(dump.out.find("500 coroutines") != std::string::npos);
        CHECK(dump.out.find("awaits Future") != std::string::npos);
        CHECK(dump.out.find("hint: awaits a queue that nobody fills?") != std::string::npos);
        CHECK(dump.out.find("multi_line_call") != std::string::npos);
        CHECK(dump.out.find("_PyEval_EvalFrameDefault") == std::string::npos);
        const auto json = test::rampwatch({"dump", "--format", "json", program.pid_word()});
        CHECK(json.out.find("\"language\":\"python\"") != std::string::npos);
        CHECK(json.out.find("\"task\":\"coroutine\"") != std::string::npos);
    }
}
