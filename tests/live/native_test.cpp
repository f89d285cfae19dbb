// SPDX-License-Identifier: MIT
// Stacks by our own hands, of real processes.
#include "core/native/native.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "tests/catch.h"
#include "tests/support/stacks.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using native::NativeDumper;
using native::NativeSettings;
using native::StopPolicy;

namespace {

// A busy host may keep a thread from its CPU for long; what is held for how long is not tested here.
NativeSettings patient() {
    NativeSettings settings;
    settings.capture.max_stop = 500ms;
    settings.lines = 10s;
    return settings;
}

Dump dump_of(pid_t pid, NativeSettings settings = patient()) {
    NativeDumper dumper(pid);
    auto dump = dumper.dump(settings);
    if (!dump) FAIL(to_string(dump.error()));
    return std::move(*dump);
}

test::Target shape(const std::string& name) {
    const bool runs = name == "busy" || name == "clock";
    return test::program_at_rest({test::program("stack_shapes"), "--shape", name}, runs ? 1 : 0);
}

// State letter of the process.
char state_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t bracket = line.rfind(')');
    return bracket == std::string::npos ? '?' : line[bracket + 2];
}

// A busy host may not give the thread a CPU to stop on: tried again until `function` is in `count` stacks.
Dump dump_with(pid_t pid, const std::string& function, std::int64_t count, const NativeSettings& settings) {
    Dump dump;
    for (int tries = 0; tries < 20; ++tries) {
        dump = dump_of(pid, settings);
        std::int64_t found = 0;
        for (const Group& group : dump.groups) {
            const auto names = test::functions(group);
            if (std::find(names.begin(), names.end(), function) != names.end()) found += group.count;
        }
        if (found == count) break;
    }
    return dump;
}

}  // namespace

TEST_CASE("a thousand blocked threads are grouped without a stop", "[native]") {
    const auto target =
        test::program_at_rest({test::program("many_threads"), "--threads", "1000", "--depth", "5"});
    const Dump dump = dump_of(target.pid());
    CHECK(dump.threads == 1001);
    CHECK(dump.stops.empty());
    CHECK(dump.stop_time == 0ns);
    CHECK(dump.warnings.empty());
    REQUIRE(dump.groups.size() == 4);
    CHECK(dump.groups[0].count == 500);
    CHECK(dump.groups[0].state == "futex");
    CHECK(dump.groups[0].names == std::vector<std::string>{"disk"});
    CHECK(test::group_in(dump, "wait_for_network")->count == 300);
    CHECK(test::group_in(dump, "wait_for_network")->state == "signal");
    CHECK(test::group_in(dump, "wait_for_clock")->count == 200);
    CHECK(test::group_in(dump, "wait_for_clock")->state == "sleep");
    const auto names = test::functions(dump.groups[0]);
    CHECK(std::count(names.begin(), names.end(), "walk_down") == 6);
    CHECK_FALSE(dump.groups[0].truncated);
}

TEST_CASE("a second dump says the same as the first", "[native]") {
    const auto target = test::program_at_rest({test::program("many_threads"), "--threads", "200"});
    NativeDumper dumper(target.pid());
    const auto first = dumper.dump(patient());
    const auto second = dumper.dump(patient());
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->groups == second->groups);
    CHECK(second->warnings.empty());
}

TEST_CASE("blocked threads have the stacks that eu-stack and gdb find", "[native]") {
    if (!test::have({"eu-stack", "gdb"})) return;
    const auto words = GENERATE(std::vector<std::string>{"many_threads", "--threads", "30", "--depth", "3"},
                                std::vector<std::string>{"stack_shapes", "--shape", "plain", "--count", "3"},
                                std::vector<std::string>{"stack_shapes", "--shape", "alloca"});
    std::vector<std::string> argv = words;
    argv.front() = test::program(argv.front());
    const auto target = test::program_at_rest(argv);
    const auto ours = test::by_thread(dump_of(target.pid()));
    test::check_same(ours, test::by_eu_stack(target.pid()), "eu-stack");
    test::check_same(ours, test::by_gdb(target.pid()), "gdb");
}

TEST_CASE("lines and calls are told where there is debug information", "[native]") {
    const auto target = shape("plain");
    const Dump dump = dump_of(target.pid());
    const Group* group = test::group_in(dump, "call_wait");
    REQUIRE(group != nullptr);
    const auto frame = std::find_if(group->frames.begin(), group->frames.end(), [](const Frame& candidate) {
        return candidate.function && candidate.function->find("call_wait") != std::string::npos;
    });
    REQUIRE(frame != group->frames.end());
    CHECK(frame->file.value_or("").ends_with("stack_shapes.cpp"));
    CHECK(frame->line.value_or(0) > 0);
    CHECK(frame->module.value_or("").ends_with("stack_shapes"));
}

TEST_CASE("no epoll_wait ends with EINTR because of a dump", "[native]") {
    auto target = test::program_at_rest({test::program("stack_shapes"), "--shape", "epoll", "--count", "20"});
    const Dump dump = dump_of(target.pid());
    CHECK(test::group_in(dump, "wait_in_epoll")->count == 20);
    CHECK(dump.stops.empty());
    CHECK_FALSE(target.process().exit_status());
    // Others do interrupt it: then this test sees what it is to see.
    if (!test::have({"eu-stack"})) return;
    test::by_eu_stack(target.pid());
    for (int i = 0; i < 500 && !target.process().exit_status(); ++i) std::this_thread::sleep_for(10ms);
    REQUIRE(target.process().exit_status());
    CHECK(target.process().exit_status()->number == 9);
}

TEST_CASE("a running thread is seized, and the stop is told", "[native]") {
    const auto name = GENERATE("busy", "clock");
    const auto target = shape(name);
    const std::string function = std::string(name) == "busy" ? "burn_cpu" : "ask_time";
    const Dump dump = dump_with(target.pid(), function, 1, patient());
    const Group* group = test::group_in(dump, function);
    REQUIRE(group != nullptr);
    CHECK(group->state == "running");
    CHECK_FALSE(group->truncated);
    REQUIRE(dump.stops.size() == 1);
    CHECK(dump.stops[0].id == group->ids[0]);
    CHECK(dump.stops[0].held > 0ns);
    CHECK(dump.stop_time == dump.stops[0].held);
}

TEST_CASE("a target that may not be stopped is not, and who is missing is told", "[native]") {
    const auto target = shape("busy");
    NativeSettings settings = patient();
    settings.capture.stop = StopPolicy::none;
    const Dump dump = dump_of(target.pid(), settings);
    CHECK(dump.threads == 1);
    CHECK(dump.stops.empty());
    REQUIRE(dump.warnings.size() == 1);
    CHECK(dump.warnings[0].find("stopping it is not allowed") != std::string::npos);
}

TEST_CASE("all running threads can be held together", "[native]") {
    const auto target =
        test::program_at_rest({test::program("stack_shapes"), "--shape", "busy", "--count", "3"}, 3);
    NativeSettings settings = patient();
    settings.capture.stop = StopPolicy::all;
    const Dump dump = dump_with(target.pid(), "burn_cpu", 3, settings);
    CHECK(dump.threads == 4);
    CHECK(dump.stops.size() == 3);
    CHECK(state_of(target.pid()) != 'T');
}

TEST_CASE("a budget of nothing stops nobody", "[native]") {
    const auto target = shape("busy");
    NativeSettings settings = patient();
    settings.capture.max_stop = 0ns;
    const Dump dump = dump_of(target.pid(), settings);
    CHECK(dump.threads == 1);
    CHECK(dump.stops.empty());
    CHECK(dump.warnings.size() == 1);
}

TEST_CASE("a handler on a stack of its own leads back to what the signal interrupted", "[native]") {
    const auto target = shape("signal");
    const Dump dump = dump_of(target.pid());
    const Group* group = test::group_in(dump, "in_handler");
    REQUIRE(group != nullptr);
    const auto names = test::functions(*group);
    CHECK(std::find(names.begin(), names.end(), "restore_rt") != names.end());
    CHECK(std::find(names.begin(), names.end(), "spin_until_signal") != names.end());
    CHECK_FALSE(group->truncated);
}

TEST_CASE("a frame that only rbp finds is found on the stack, without a stop", "[native]") {
    const auto target = shape("alloca");
    const Dump dump = dump_of(target.pid());
    const Group* group = test::group_in(dump, "wait_below_alloca");
    REQUIRE(group != nullptr);
    CHECK_FALSE(group->truncated);
    CHECK(dump.stops.empty());
}

TEST_CASE("a program with frame pointers has the same stacks, and nobody is stopped", "[native]") {
    if (!test::have({"eu-stack"})) return;
    const auto target =
        test::program_at_rest({test::program("many_threads_fp"), "--threads", "50", "--depth", "3"});
    const Dump dump = dump_of(target.pid());
    CHECK(dump.stops.empty());
    CHECK(dump.warnings.empty());
    test::check_same(test::by_thread(dump), test::by_eu_stack(target.pid()), "eu-stack");
}

TEST_CASE("code without call frame information is passed on the way to its caller", "[native]") {
    const auto target = shape("no_cfi");
    const Dump dump = dump_of(target.pid());
    const Group* group = test::group_in(dump, "without_cfi");
    REQUIRE(group != nullptr);
    const auto names = test::functions(*group);
    const auto found = std::find(names.begin(), names.end(), "without_cfi") - names.begin();
    REQUIRE(static_cast<std::size_t>(found) + 1 < group->frames.size());
    CHECK(names.back().find("clone") != std::string::npos);
}

TEST_CASE("twenty thousand frames are cut off, and marked so", "[native]") {
    const auto target = shape("deep");
    const Dump dump = dump_of(target.pid());
    const Group* group = test::group_in(dump, "dig");
    REQUIRE(group != nullptr);
    CHECK(group->truncated);
    CHECK(group->frames.size() >= 1000);
    CHECK(dump.warnings.size() == 1);
}

TEST_CASE("a corrupted stack ends where it makes no sense", "[native]") {
    const auto target = shape("corrupt");
    const Dump dump = dump_of(target.pid());
    const Group* group = test::group_in(dump, "write_over_callers");
    REQUIRE(group != nullptr);
    CHECK(group->truncated);
    CHECK(group->frames.size() < 10);
}

TEST_CASE("a main thread that has ended does not hide the others", "[native]") {
    const auto target = shape("no_leader");
    for (int i = 0; i < 500 && state_of(target.pid()) != 'Z'; ++i) std::this_thread::sleep_for(10ms);
    const Dump dump = dump_of(target.pid());
    CHECK(dump.threads == 1);
    CHECK(test::group_in(dump, "call_call_wait") != nullptr);
}

TEST_CASE("a thread in state D is read, and not waited for", "[native]") {
    const test::Target target({test::program("stack_shapes"), "--shape", "vfork", "--hold", "60"});
    for (int i = 0; i < 500 && state_of(target.pid()) != 'D'; ++i) std::this_thread::sleep_for(10ms);
    const auto start = std::chrono::steady_clock::now();
    const Dump dump = dump_of(target.pid());
    CHECK(std::chrono::steady_clock::now() - start < 30s);  // it stays in D for a minute
    REQUIRE(dump.groups.size() == 1);
    CHECK(dump.groups[0].state == "vfork");
    CHECK(dump.stops.empty());
    CHECK(test::group_in(dump, "main") != nullptr);
}

TEST_CASE("a stopped process is read, and stays stopped", "[native]") {
    const auto name = GENERATE("plain", "busy");
    const auto target = shape(name);
    ::kill(target.pid(), SIGSTOP);
    test::settle(target.pid());
    const Dump dump = dump_of(target.pid());
    CHECK(dump.threads == 2);
    CHECK(dump.groups[0].state == "stopped");
    CHECK(dump.groups[0].truncated == false);
    for (int i = 0; i < 500 && state_of(target.pid()) != 'T'; ++i) std::this_thread::sleep_for(10ms);
    CHECK(state_of(target.pid()) == 'T');
    ::kill(target.pid(), SIGCONT);
}

TEST_CASE("a process with a debugger attached is read beside it", "[native]") {
    const auto target = shape("plain");
    REQUIRE(::ptrace(PTRACE_SEIZE, target.pid(), nullptr, nullptr) == 0);
    REQUIRE(::ptrace(PTRACE_INTERRUPT, target.pid(), nullptr, nullptr) == 0);
    REQUIRE(::waitpid(target.pid(), nullptr, 0) == target.pid());
    const Dump dump = dump_of(target.pid());
    CHECK(dump.threads == 2);
    CHECK(test::group_in(dump, "main")->state == "traced");
    ::ptrace(PTRACE_DETACH, target.pid(), nullptr, nullptr);
}

TEST_CASE("a process that has ended is gone", "[native]") {
    auto target = shape("plain");
    const pid_t pid = target.pid();
    target.process().kill_and_reap();
    NativeDumper dumper(pid);
    const auto dump = dumper.dump(patient());
    REQUIRE_FALSE(dump);
    CHECK(dump.error().kind == Error::Kind::gone);
}

TEST_CASE("pprof reads what is written for it", "[native]") {
    if (!test::have({"go"})) return;
    const auto target = test::program_at_rest({test::program("many_threads"), "--threads", "20"});
    const test::TempTree folder;
    const std::string file = folder.path("threads.pb.gz");
    const auto dumped = test::rampwatch({"dump", "--format", "pprof", "-o", file, target.pid_word()});
    INFO(dumped.err);
    REQUIRE(dumped.status == 0);
    const auto shown =
        test::run_program({"env", "HOME=" + folder.path(), "go", "tool", "pprof", "-top", file});
    INFO(shown.err);
    CHECK(shown.status == 0);
    CHECK(shown.out.find("Type: threads") != std::string::npos);
    CHECK(shown.out.find("of 21 total") != std::string::npos);
    CHECK(shown.out.find("wait_for_disk") != std::string::npos);
}

namespace {

// A 32-bit program that waits: mov eax, 29 (pause); int 0x80; jmp back.
std::string program_of_32_bits() {
    constexpr std::uint32_t kBase = 0x08048000;
    const unsigned char code[] = {0xb8, 29, 0, 0, 0, 0xcd, 0x80, 0xeb, 0xf7};
    Elf32_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS32;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = EM_386;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof header;
    header.e_phoff = sizeof header;
    header.e_phentsize = sizeof(Elf32_Phdr);
    header.e_phnum = 1;
    header.e_entry = kBase + sizeof header + sizeof(Elf32_Phdr);
    Elf32_Phdr load{};
    load.p_type = PT_LOAD;
    load.p_vaddr = load.p_paddr = kBase;
    load.p_filesz = load.p_memsz = sizeof header + sizeof load + sizeof code;
    load.p_flags = PF_R | PF_X;
    load.p_align = 0x1000;
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    bytes.append(reinterpret_cast<const char*>(&load), sizeof load);
    return bytes.append(reinterpret_cast<const char*>(code), sizeof code);
}

}  // namespace

TEST_CASE("a 32-bit program is refused in clear words", "[native]") {
    const test::TempTree folder;
    const std::string path = folder.path("narrow");
    std::ofstream(path, std::ios::binary) << program_of_32_bits();
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    auto narrow = Subprocess::start({path}, {});
    if (!narrow) {
        WARN("skipped: this kernel runs no 32-bit programs");
        return;
    }
    test::settle(narrow->pid());
    if (narrow->exit_status()) {
        WARN("skipped: this kernel runs no 32-bit programs");
        return;
    }
    const auto dumped = test::rampwatch({"dump", "--backend", "native", std::to_string(narrow->pid())});
    CHECK(dumped.status == 2);
    INFO(dumped.err);
    CHECK(dumped.err.find("32-bit program") != std::string::npos);
}

TEST_CASE("a program whose file was deleted, and one in another mount namespace, have their names",
          "[native]") {
    const test::TempTree folder;
    const std::string path = folder.path("gone_later");
    std::filesystem::copy_file(test::program("stack_shapes"), path);
    const bool own_mounts = GENERATE(false, true);
    if (own_mounts && (::geteuid() != 0 || !test::have({"unshare"}))) return;
    std::vector<std::string> argv = {path, "--shape", "plain"};
    if (own_mounts) {
        const std::string mount = "mount -t tmpfs none " + folder.path() + "/own && cp " + path + " " +
                                  folder.path() + "/own/inside && exec " + folder.path() +
                                  "/own/inside --shape plain";
        std::filesystem::create_directory(folder.path("own"));
        argv = {"unshare", "-m", "--propagation", "private", "sh", "-c", mount};
    }
    const auto target = test::program_at_rest(argv);
    if (!own_mounts) std::filesystem::remove(path);
    const Dump dump = dump_of(target.pid());
    const Group* group = test::group_in(dump, "call_wait");
    REQUIRE(group != nullptr);
    CHECK_FALSE(group->truncated);
    CHECK(std::any_of(group->frames.begin(), group->frames.end(), [](const Frame& frame) {
        return frame.file.value_or("").ends_with("stack_shapes.cpp");
    }));
}
