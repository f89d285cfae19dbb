// SPDX-License-Identifier: MIT
// Whole readings of programs that stood still, from images of them: tests/programs/python/shop.py on several
// versions, as tests/live/python_test.cpp recorded it after it had compared it with Python's own word.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/cpython/find.h"
#include "core/cpython/runtime.h"
#include "core/cpython/threads.h"
#include "tests/catch.h"
#include "tests/support/process_image.h"

using namespace rampwatch;
using test::ImageTarget;
using test::ProcessImage;

namespace {

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path captures() { return std::filesystem::path(RAMPWATCH_TESTS_DIR) / "captures/cpython"; }

std::vector<std::filesystem::path> images() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::directory_iterator(captures())) {
        if (entry.path().extension() == ".image") paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return cpython::entry().attach(target, budget);
}

std::vector<pid_t> tids_of(const ProcessImage& image) {
    std::vector<pid_t> tids;
    for (const auto& [ours, theirs] : image.tids) tids.push_back(ours);
    return tids;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += text;
    return all;
}

}  // namespace

TEST_CASE("threads and tasks come out of each version's image as Python told them", "[cpython]") {
    CHECK(images().size() >= 3);
    for (const auto& path : images()) {
        INFO(path);
        const ProcessImage image = ProcessImage::parse(read(path));
        const ImageTarget process(image);
        CHECK(cpython::entry().recognise(process.target()));
        const auto python = attach(process.target());
        REQUIRE(python);
        CHECK((*python)->version().starts_with(path.stem().string()));
        CHECK(joined(test::tell_threads(**python, tids_of(image))) + joined(test::tell_tasks(**python)) ==
              read(std::filesystem::path(path).replace_extension(".expect")));
    }
}

TEST_CASE("a search for coroutines that was cut short finds a part of them, and says so", "[cpython]") {
    class Count : public runtime::Sink {
      public:
        void add(const runtime::Task&) override { ++tasks; }
        void add(const runtime::TypeRow&) override {}
        std::size_t tasks = 0;
    };
    for (const auto& path : images()) {
        INFO(path);
        const ProcessImage image = ProcessImage::parse(read(path));
        const ImageTarget process(image);
        const auto python = attach(process.target());
        REQUIRE(python);
        const auto cpu = std::chrono::seconds(60);
        Count whole, part;
        runtime::Budget enough = runtime::budget_of(1 << 30, cpu, cpu),
                        none = runtime::budget_of(1, cpu, cpu);
        const auto all = (*python)->exact()->tasks(whole, enough);
        REQUIRE(all);
        CHECK(all->left_out == 0);
        CHECK(all->why.empty());
        const auto rest = (*python)->exact()->tasks(part, none);
        REQUIRE(rest);
        CHECK(part.tasks < whole.tasks);
        CHECK(rest->left_out > 0);
        CHECK(rest->why.ends_with("of its heap was not read"));
    }
}

// The image with a further C frame on top of each thread's, whose frame is `current`.
ProcessImage with_new_calls(const ProcessImage& image, std::uint64_t current) {
    const ImageTarget process(image);
    const auto python = cpython::find(process.target());
    REQUIRE(python);
    const cpython::Layout& layout = python->layout;
    ProcessImage changed = image;
    if (layout.c_frame < 0) return changed;
    std::uint64_t place = 0x7000'0000'0000;
    for (const auto& [tid, state] : cpython::thread_states(process.target(), *python)) {
        const auto before = process.target().memory.get<std::uint64_t>(state + layout.thread_frame);
        REQUIRE(before);
        const std::uint64_t words[] = {current, *before};
        changed.memory.put(place + static_cast<std::uint64_t>(layout.c_frame),
                           std::as_bytes(std::span(words)));
        changed.memory.put(state + layout.thread_frame, std::as_bytes(std::span(&place, 1)));
        place += 64;
    }
    return changed;
}

TEST_CASE("threads whose innermost call has only just begun are where its caller is", "[cpython]") {
    for (const auto& path : images()) {
        INFO(path);
        const ProcessImage image = ProcessImage::parse(read(path));
        const ImageTarget process(image);
        const auto python = attach(process.target());
        REQUIRE(python);
        const auto threads = joined(test::tell_threads(**python, tids_of(image)));
        for (const std::uint64_t current : {std::uint64_t{0}, std::uint64_t{0x1234'5678'9ab8}}) {
            const ProcessImage begun = with_new_calls(image, current);
            const ImageTarget now(begun);
            const auto read_again = attach(now.target());
            REQUIRE(read_again);
            CHECK(joined(test::tell_threads(**read_again, tids_of(image))) == threads);
        }
    }
}

TEST_CASE("an image whose words were changed is read to an end, or refused", "[cpython]") {
    std::mt19937 random(11);
    for (const auto& path : images()) {
        INFO(path);
        const ProcessImage whole = ProcessImage::parse(read(path));
        const std::vector<pid_t> tids = tids_of(whole);
        for (int round = 0; round < 25; ++round) {
            ProcessImage image = whole;
            image.memory = {};
            test::change_bytes(whole.memory, random, image.memory);
            const ImageTarget process(image);
            const auto python = attach(process.target());
            if (!python) continue;
            for (const std::string& text : test::tell_threads(**python, tids)) CHECK(text.size() < 1 << 20);
            CHECK(test::tell_tasks(**python).size() <= 10'000);
        }
    }
}

TEST_CASE("another Python is refused by its name, before anything of it is read", "[cpython]") {
    ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /opt/pypy3.10/bin/libpypy3.10-c.so"};
    const ImageTarget pypy(image);
    CHECK(cpython::entry().recognise(pypy.target()));
    CHECK(attach(pypy.target()).error().what == "PyPy is not supported: only CPython is");
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /opt/graalpy/lib/libpythonvm.so"};
    const ImageTarget graal(image);
    CHECK(attach(graal.target()).error().what == "GraalPy is not supported: only CPython is");
}

TEST_CASE("a program without Python is none", "[cpython]") {
    ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /usr/bin/cat"};
    const ImageTarget cat(image);
    CHECK_FALSE(cpython::entry().recognise(cat.target()));
    CHECK(attach(cat.target()).error().kind == Error::Kind::not_found);
}

TEST_CASE("a version that is not known is refused with its number", "[cpython]") {
    const auto path = captures() / "3.11.image";
    ProcessImage image = ProcessImage::parse(read(path));
    const ImageTarget known(image);
    const auto place = cpython::version_place(known.target());
    REQUIRE(place);
    const std::uint32_t hex = 0x030f01f0;
    image.memory.put(*place, std::as_bytes(std::span(&hex, 1)));
    const ImageTarget unknown(image);
    const auto python = attach(unknown.target());
    REQUIRE_FALSE(python);
    CHECK(python.error().kind == Error::Kind::unavailable);
    CHECK(python.error().what == "Python 3.15.1 is not read");
}
