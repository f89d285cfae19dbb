// SPDX-License-Identifier: MIT
// Go programs that nobody here wrote, stripped as they are shipped, against what their own runtime prints
// when it is told to quit; and Go programs of the kinds that are refused, or read in part.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/golang/describe.h"
#include "core/golang/elf.h"
#include "core/golang/goroutines.h"
#include "tests/catch.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

using Told = std::map<std::int64_t, std::string>;  // goid -> state and calls, a line each

std::string bare(const std::string& call) {
    if (call.starts_with("created by ")) return call.substr(0, call.rfind(" in goroutine "));
    return call.ends_with("(...)") ? call.substr(0, call.size() - 5) : call.substr(0, call.rfind('('));
}

// The goroutines among what a runtime prints on SIGQUIT; some programs ask it for its own with them, and for
// all calls into it. Those are left out.
Told parse_quit(const std::string& text) {
    Told told;
    std::set<std::int64_t> own;
    std::istringstream lines(text);
    std::int64_t goid = 0;
    bool is_runtime = false;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t open = line.find('[');
        if (line.starts_with("goroutine ") && line.ends_with("]:") && open != std::string::npos) {
            goid = parse_count(line.substr(10, line.find(' ', 10) - 10)).value_or(0);
            told[goid] = line.substr(open + 1, line.find_first_of(",]", open) - open - 1);
        } else if (line.empty()) {
            goid = 0;
        } else if (goid != 0) {
            if (!line.starts_with('\t')) is_runtime = line.starts_with("runtime.");
            if (line.starts_with("created by runtime.")) own.insert(goid);
            if (is_runtime) continue;
            told[goid] +=
                line.starts_with('\t') ? " " + line.substr(1, line.find(" +0x") - 1) : "\n" + bare(line);
        }
    }
    told.erase(0);
    for (const std::int64_t id : own) told.erase(id);
    return told;
}

Told tell(const golang::Runtime& runtime, golang::Goroutines& goroutines) {
    Told told;
    for (const Group& group : describe(runtime, goroutines.groups(), {1s, 1s})) {
        std::string text = group.state.value_or("?");
        const auto line = [](const Frame& frame) {
            return frame.function.value_or("?") + " " + frame.file.value_or("?") + ":" +
                   std::to_string(frame.line.value_or(0));
        };
        for (const Frame& frame : group.frames) text += "\n" + line(frame);
        if (group.created_by) text += "\ncreated by " + line(*group.created_by);
        if (!group.runtime_own)
            for (const std::int64_t id : group.ids) told[id] = text;
    }
    return told;
}

// The esbuild of this release, out of its npm package; empty, and said, where there is no npm or no network.
std::string esbuild(const std::string& package, const std::string& release) {
    const std::string folder = test::program("npm-" + release);
    const std::string program = folder + "/package/bin/esbuild";
    if (std::filesystem::exists(program)) return program;
    std::filesystem::create_directories(folder);
    const auto packed = test::run_program({"/usr/bin/env", "HOME=" + folder, "npm", "pack", "--silent",
                                           "--pack-destination", folder, package + "@" + release},
                                          60s);
    const auto unpacked =
        test::run_program({"sh", "-c", "cd \"$0\" && tar xzf *.tgz && rm -f *.tgz", folder}, 60s);
    if (packed.status == 0 && unpacked.status == 0 && std::filesystem::exists(program)) return program;
    WARN("skipped: no " << package << "@" << release << " to be had (npm: " << packed.err.substr(0, 200)
                        << ")");
    return {};
}

// It serves for as long as its input is open.
Subprocess serve(const std::string& program, const std::string& folder) {
    auto started = Subprocess::start(
        {"/bin/sh", "-c",
         "cd \"$1\" && mkfifo f && exec 3<>f && exec \"$0\" --serve=127.0.0.1:0 --servedir=. <&3", program,
         folder},
        {});
    REQUIRE(started);
    return std::move(*started);
}

std::string quit(Subprocess& process) {
    process.signal(SIGQUIT);
    std::string text;
    for (const auto until = boot_now() + 60s; boot_now() < until;) {
        const bool open = process.drain();
        text += process.take_errors();
        if (!open) break;
        std::this_thread::sleep_for(5ms);
    }
    return text;
}

// Attached once it serves, which is when it has goroutines enough, and they rest.
std::optional<golang::Runtime> attach(const Subprocess& process, std::size_t least) {
    for (const auto until = boot_now() + 120s; boot_now() < until; std::this_thread::sleep_for(50ms)) {
        auto runtime = golang::Runtime::attach(process.pid());
        if (!runtime) continue;
        golang::Goroutines goroutines(*runtime);
        const auto tally = goroutines.read(1s, 0s);
        if (!tally || tally->running > 0 || static_cast<std::size_t>(tally->live) < least) continue;
        std::this_thread::sleep_for(300ms);  // what it still does at its start it does now
        return std::move(*runtime);
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("stripped programs of several Go versions are told as their own runtime tells them",
          "[go_programs]") {
    struct Release {
        const char* package;
        const char* release;
        int minor;
    };
    for (const Release& one :
         {Release{"esbuild-linux-64", "0.14.30", 18}, Release{"@esbuild/linux-x64", "0.19.12", 20},
          Release{"@esbuild/linux-x64", "0.28.2", 26}}) {
        const std::string program = esbuild(one.package, one.release);
        if (program.empty()) continue;
        INFO(one.release);
        const test::TempTree folder;
        Subprocess process = serve(program, folder.path());
        const auto runtime = attach(process, 3);
        REQUIRE(runtime);
        CHECK(runtime->version().minor == one.minor);
        golang::Goroutines goroutines(*runtime);
        REQUIRE(goroutines.read(1s, 0s));
        const Told ours = tell(*runtime, goroutines);
        const Told theirs = parse_quit(quit(process));
        CHECK(theirs.size() >= 3);
        std::size_t equal = 0;
        for (const auto& [goid, text] : theirs) {
            const auto found = ours.find(goid);
            INFO("goroutine " << goid);
            CHECK((found == ours.end() ? "not found" : found->second) == text);
            if (found != ours.end() && found->second == text) ++equal;
        }
        WARN("esbuild " << one.release << ", " << runtime->version_text() << ": " << equal << " of "
                        << theirs.size() << " goroutines equal");
    }
}

TEST_CASE("of Go 1.17 and older the goroutines are counted by their state, without frames", "[go_programs]") {
    const std::string program = esbuild("esbuild-linux-64", "0.12.29");
    if (program.empty()) return;
    const test::TempTree folder;
    Subprocess process = serve(program, folder.path());
    const auto runtime = attach(process, 3);
    REQUIRE(runtime);
    CHECK(runtime->version().minor == 17);
    CHECK_FALSE(runtime->layout().frames);
    const auto dump = test::rampwatch({"dump", std::to_string(process.pid())});
    CHECK(dump.status == 0);
    CHECK(dump.out.find("too old for their stacks to be read") != std::string::npos);
    golang::Goroutines goroutines(*runtime);
    const auto tally = goroutines.read(1s, 0s);
    REQUIRE(tally);
    CHECK(tally->partial == 0);
    std::map<std::string, std::int64_t> ours, theirs;
    for (const golang::Alike& alike : goroutines.groups()) {
        CHECK(alike.pcs.empty());
        if (!alike.system) ours[state_of(*runtime, alike)] += alike.count;
    }
    for (const auto& [goid, text] : parse_quit(quit(process))) ++theirs[text.substr(0, text.find('\n'))];
    CHECK(theirs.size() >= 2);
    CHECK(ours == theirs);
}

// Built with the Go at hand. What is no Go program for us is refused by a name that says why.
TEST_CASE("Go programs of other kinds are read in part, or refused by name", "[go_programs]") {
    if (!test::have({"/usr/bin/go"})) return;
    const test::TempTree folder;
    const auto build = [&](const std::vector<std::string>& words, bool cgo) {
        std::vector<std::string> all = {"/usr/bin/env",
                                        "GOCACHE=" + test::program("go-cache"),
                                        "GOPATH=" + folder.path(),
                                        "GOFLAGS=",
                                        "GOTOOLCHAIN=local",
                                        "CGO_ENABLED=" + std::string(cgo ? "1" : "0")};
        all.insert(all.end(), words.begin(), words.end());
        const auto outcome = test::run_program(all, 600s);
        INFO(outcome.err);
        return outcome.status == 0;
    };
    const std::string source = test::tests_file("programs/parks.go");
    const auto write = [&](const std::string& name, const std::string& text) {
        const std::string path = folder.path() + "/" + name;
        std::FILE* file = std::fopen(path.c_str(), "w");
        REQUIRE(file != nullptr);
        std::fputs(text.c_str(), file);
        std::fclose(file);
        return path;
    };
    SECTION("32-bit") {
        const std::string program = folder.path() + "/parks_386";
        REQUIRE(build({"GOARCH=386", "go", "build", "-o", program, source}, false));
        std::ifstream file(program, std::ios::binary);  // not every kernel runs it
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        const auto elf = golang::Elf::parse(golang::Bytes(std::as_bytes(std::span(bytes))));
        REQUIRE_FALSE(elf);
        CHECK(elf.error().what == "32-bit programs are not read");
    }
    SECTION("a library in a C program") {
        const std::string library = folder.path() + "/libshop.so";
        const std::string go = write(
            "shop.go",
            "package main\n\nimport \"C\"\n\nfunc wait(c chan int) { <-c }\n\n//export Shop\n"
            "func Shop() {\n\tc := make(chan int)\n\tfor i := 0; i < 7; i++ {\n\t\tgo wait(c)\n\t}\n}\n\n"
            "func main() {}\n");
        const std::string host =
            write("host.c",
                  "#include <stdio.h>\n#include <unistd.h>\nvoid Shop(void);\nint main(void) {\n  Shop();\n"
                  "  sleep(1);\n  puts(\"ready\");\n  fflush(stdout);\n  pause();\n}\n");
        REQUIRE(build({"go", "build", "-buildmode=c-shared", "-o", library, go}, true));
        const std::string program = folder.path() + "/host";
        REQUIRE(
            test::run_program({"cc", "-o", program, host, library, "-Wl,-rpath," + folder.path()}).status ==
            0);
        const test::Target target({program});
        const auto runtime = golang::Runtime::attach(target.pid());
        REQUIRE_FALSE(runtime);
        CHECK(runtime.error().what == "runtime.allgs was not found");
        const auto dump = test::rampwatch({"dump", target.pid_word()});
        CHECK(dump.status == 0);  // its threads
        CHECK(dump.out.find("Its goroutines could not be read: Go runtime: runtime.allgs was not found") !=
              std::string::npos);
    }
}
