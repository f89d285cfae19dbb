// SPDX-License-Identifier: MIT
// Whole readings of programs that stood still, from images of them: some threads of
// tests/programs/java/Waits.java on each version, as tests/live/java_test.cpp recorded them after it had
// compared them with jstack.
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/hotspot/find.h"
#include "core/hotspot/runtime.h"
#include "core/hotspot/threads.h"
#include "core/hotspot/words.h"
#include "tests/catch.h"
#include "tests/support/elf.h"
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

std::filesystem::path image_of(int version) {
    return std::filesystem::path(RAMPWATCH_TESTS_DIR) / "captures/hotspot" /
           (std::to_string(version) + ".image");
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return hotspot::entry().attach(target, budget);
}

std::vector<pid_t> tids_of(const ProcessImage& image) {
    std::vector<pid_t> tids;
    for (const auto& [ours, theirs] : image.tids) tids.push_back(ours);
    return tids;
}

runtime::Walked walked(runtime::Threads& threads, pid_t tid) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    runtime::ThreadCopy thread;
    thread.tid = tid;
    threads.copy(thread, budget);
    return threads.walk(thread);
}

// The compiled code that the frames of a thread lie in.
std::vector<hotspot::Code> compiled_codes(const probe::MemoryReader& memory, const hotspot::Layout& layout,
                                          std::uint64_t thread) {
    const std::uint64_t anchor = thread + layout.thread.anchor;
    const auto word = [&](std::uint64_t at) { return hotspot::read_number(memory, at); };
    const hotspot::Anchor from{word(anchor + layout.thread.anchor_sp), word(anchor + layout.thread.anchor_pc),
                               word(anchor + layout.thread.anchor_fp)};
    hotspot::StackBytes stack{from.sp - 16, {}};
    stack.bytes.resize(word(thread + layout.thread.stack_base) - stack.address);
    REQUIRE(memory.read(stack.address, stack.bytes));
    hotspot::CodeCache cache(layout);
    hotspot::Methods methods(layout);
    REQUIRE(cache.begin(memory));
    methods.begin(memory);
    std::vector<hotspot::Code> codes;
    for (const hotspot::Code* code : hotspot::walk_stack(layout, cache, methods, stack, from).codes) {
        if (code->method != 0) codes.push_back(*code);
    }
    return codes;
}

// An executable with one section of that name, and nothing in it.
std::string elf_with_section(const std::string& name) {
    Elf64_Ehdr header = test::elf_header();
    header.e_shoff = sizeof header + sizeof(Elf64_Phdr);
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 2;
    const std::string names = std::string(1, '\0') + name + std::string(1, '\0');
    Elf64_Shdr strings{}, own{};
    strings.sh_type = SHT_STRTAB;
    strings.sh_offset = header.e_shoff + 2 * sizeof(Elf64_Shdr);
    strings.sh_size = names.size();
    own.sh_name = 1;
    own.sh_type = SHT_PROGBITS;
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_vaddr = 0x400000;
    segment.p_filesz = segment.p_memsz = strings.sh_offset + names.size();
    std::string bytes;
    const auto add = [&](const auto& part) {
        bytes.append(reinterpret_cast<const char*>(&part), sizeof part);
    };
    add(header);
    add(segment);
    add(strings);
    add(own);
    return bytes + names;
}

Result<probe::ModuleFile> file_of(const std::string& bytes) {
    probe::ModuleFile file;
    file.fd = Fd(::memfd_create("executable", MFD_CLOEXEC));
    REQUIRE(::write(file.fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    file.size_bytes = static_cast<std::int64_t>(bytes.size());
    return file;
}

}  // namespace

TEST_CASE("threads come out of each version's image as jstack told them", "[hotspot]") {
    for (const int version : hotspot::kVersions) {
        INFO(version);
        const ProcessImage image = ProcessImage::parse(read(image_of(version)));
        const ImageTarget process(image);
        CHECK(hotspot::entry().recognise(process.target()));
        const auto java = attach(process.target());
        REQUIRE(java);
        CHECK((*java)->version().starts_with(std::to_string(version) + "."));
        std::string told;
        for (const std::string& text : test::tell_threads(**java, tids_of(image))) told += text;
        CHECK(told == read(image_of(version).replace_extension(".expect")));
        for (const pid_t tid : tids_of(image)) CHECK_FALSE(walked(*(*java)->threads(), tid).name.empty());
    }
}

TEST_CASE("a Java whose words were changed is read to an end, or refused", "[hotspot]") {
    std::mt19937 random(19);
    for (const int version : hotspot::kVersions) {
        INFO(version);
        const ProcessImage whole = ProcessImage::parse(read(image_of(version)));
        for (int round = 0; round < 20; ++round) {
            ProcessImage image = whole;
            image.memory = {};
            test::change_bytes(whole.memory, random, image.memory);
            const ImageTarget process(image);
            const auto java = attach(process.target());
            if (!java) continue;
            for (const std::string& text : test::tell_threads(**java, tids_of(whole)))
                CHECK(text.size() < 8 << 20);
        }
    }
}

TEST_CASE("code that was replaced since its frame was read makes the thread one that moved", "[hotspot]") {
    for (const int version : hotspot::kVersions) {
        INFO(version);
        ProcessImage image = ProcessImage::parse(read(image_of(version)));
        const ImageTarget process(image);
        const auto machine = hotspot::find(process.target());
        REQUIRE(machine);
        const hotspot::Layout& layout = machine->layout;
        hotspot::JavaThreads threads(layout, machine->module);
        REQUIRE(threads.begin(process.target()));
        int compiled = 0;
        for (const auto& [tid, address] : hotspot::java_threads(process.target(), layout)) {
            if (walked(threads, tid).end != runtime::End::root) continue;
            const auto codes = compiled_codes(image.memory, layout, address);
            if (codes.empty()) continue;
            REQUIRE(threads.begin(process.target()));
            runtime::Budget budget =
                runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
            runtime::ThreadCopy thread;
            thread.tid = tid;
            threads.copy(thread, budget);
            const std::uint32_t other = codes.front().compile_id + 1;
            image.memory.put(codes.front().address + layout.code.compile_id,
                             std::as_bytes(std::span(&other, 1)));
            const runtime::Walked walked = threads.walk(thread);
            CHECK(walked.end == runtime::End::moved);
            CHECK(walked.frames.empty());
            ++compiled;
            break;
        }
        CHECK(compiled == 1);
    }
}

TEST_CASE("a return address that the compiler did not note ends the walk", "[hotspot]") {
    ProcessImage image = ProcessImage::parse(read(image_of(17)));
    const ImageTarget process(image);
    const auto machine = hotspot::find(process.target());
    REQUIRE(machine);
    hotspot::CodeCache cache(machine->layout);
    REQUIRE(cache.begin(image.memory));
    hotspot::Methods methods(machine->layout);
    methods.begin(image.memory);
    const hotspot::StackBytes stack{0x7f0000000000, std::vector<std::byte>(256)};
    for (const std::uint64_t pc :
         {std::uint64_t{0}, cache.call_stub_return(), std::uint64_t{0x7f0000000010}}) {
        const auto raw = hotspot::walk_stack(machine->layout, cache, methods, stack,
                                             {stack.address + 16, pc, stack.address + 128});
        CHECK(raw.frames.empty());
        CHECK_FALSE(raw.whole);
    }
}

TEST_CASE("another Java is refused by its name", "[hotspot]") {
    ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /opt/ibm/lib/default/libj9vm29.so"};
    const ImageTarget openj9(image);
    CHECK(hotspot::entry().recognise(openj9.target()));
    CHECK(attach(openj9.target()).error().what == "OpenJ9 is not read: it is no HotSpot");
}

TEST_CASE("a program without libjvm is none of Java's", "[hotspot]") {
    ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /usr/bin/cat"};
    const ImageTarget cat(image);
    CHECK_FALSE(hotspot::entry().recognise(cat.target()));
    CHECK(attach(cat.target()).error().kind == Error::Kind::not_found);
}

TEST_CASE("a release is cut down to its version", "[hotspot]") {
    CHECK(hotspot::version_of("17.0.15+6-Debian-1deb12u1") == "17.0.15");
    CHECK(hotspot::version_of("25.0.3+9-LTS") == "25.0.3");
    CHECK(hotspot::version_of("25-ea") == "25");
    CHECK(hotspot::version_of("").empty());
}

TEST_CASE("a program that GraalVM compiled ahead of time is refused by its name, stripped or not",
          "[hotspot]") {
    ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /srv/shop"};
    const ImageTarget process(image);
    for (const char* section : {".svm_heap", ".svm_hea"}) {
        runtime::Target target = process.target();
        target.open_module = [&](const probe::Mapping&) { return file_of(elf_with_section(section)); };
        const bool is_graal = std::string(section) == ".svm_heap";
        CHECK(hotspot::entry().recognise(target) == is_graal);
        if (is_graal)
            CHECK(attach(target).error().what ==
                  "GraalVM native images are not read: there is no HotSpot in them");
    }
}
