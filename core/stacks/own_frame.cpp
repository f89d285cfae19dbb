// SPDX-License-Identifier: MIT
#include "core/stacks/own_frame.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/function_name.h"
#include "core/base/path.h"

namespace rampwatch::stacks {
namespace {

// Base names of shared objects whose frames are never what a leak is about, in any directory.
constexpr std::array<std::string_view, 26> kRuntimeModules = {
    "libc.so",   "libc-",    "libpthread", "libstdc++", "libc++.so", "libc++abi",   "libgcc_s",
    "ld-linux",  "ld-musl",  "ld-2",       "ld64",      "librt",     "libdl",       "libm.so",
    "libm-",     "libgo.so", "libasan",    "libtsan",   "libubsan",  "libjemalloc", "libtcmalloc",
    "libjvm.so", "libtbb",   "libgomp",    "libresolv", "linux-vdso"};

// Headers and sources of standard libraries, where the compiler tells the file.
constexpr std::array<std::string_view, 9> kLibrarySources = {
    "/usr/include/", "/rustc/",      "/usr/local/go/src/", "/usr/lib/go",   "./nptl/",
    "../sysdeps/",   "library/std/", "library/core/",      "library/alloc/"};  // these as Rust's own build
                                                                               // has them

// Of Python, where a sampler leaves out the directory: what waits, and what starts threads.
constexpr std::array<std::string_view, 14> kPythonSources = {
    "threading.py", "queue.py",      "selectors.py", "socket.py",   "socketserver.py",
    "ssl.py",       "subprocess.py", "asyncio/",     "concurrent/", "multiprocessing/",
    "http/",        "urllib/",       "importlib/",   "<frozen "};

// C, C++ and Rust: names that machinery has even when it is linked or inlined into the program.
constexpr std::array<std::string_view, 21> kLibraryFunctions = {
    "std::",        "__gnu_cxx::",  "__cxxabiv1::",
    "core::",       "alloc::",      "boost::",
    "absl::",       "__gthread",    "__pthread",
    "pthread_",     "__libc_",      "__GI_",
    "__invoke",     "__clone",      "start_thread",
    "_start",       "operator new", "futex_wait",
    "__syscall_cp", "__timedwait",  "libc_start_main_stage2"};

// The C library's, where a dump tells neither file nor module of a frame: what a thread waits in, and all
// names that only the library may have.
constexpr std::array<std::string_view, 38> kSystemCalls = {
    "poll",          "ppoll",   "select",       "pselect",     "epoll_wait", "epoll_pwait", "read",
    "write",         "readv",   "writev",       "recv",        "recvfrom",   "recvmsg",     "send",
    "sendto",        "sendmsg", "accept",       "accept4",     "connect",    "nanosleep",   "clock_nanosleep",
    "sleep",         "usleep",  "pause",        "sigwait",     "wait4",      "waitpid",     "sem_wait",
    "sem_timedwait", "syscall", "sigtimedwait", "sigwaitinfo", "sigsuspend", "msgrcv",      "flock",
    "ioctl",         "clone",   "clone3"};

bool is_c_library(const Frame& frame, std::string_view name) {
    if (frame.module || frame.file || frame.language) return false;
    return name.starts_with("__") || name.starts_with("do_futex_wait") ||
           std::find(kSystemCalls.begin(), kSystemCalls.end(), name) != kSystemCalls.end();
}

// Go's standard packages, as the first part of "package.Function" or "package/sub.Function".
constexpr std::array<std::string_view, 44> kGoPackages = {
    "runtime",   "sync",    "internal", "syscall",  "os",       "net",  "time",   "io",     "bufio",
    "context",   "reflect", "crypto",   "database", "encoding", "fmt",  "log",    "sort",   "strings",
    "bytes",     "text",    "html",     "go",       "testing",  "math", "path",   "regexp", "errors",
    "container", "hash",    "image",    "archive",  "compress", "mime", "plugin", "vendor", "expvar",
    "embed",     "flag",    "index",    "strconv",  "unicode",  "iter", "slices", "maps"};

// Java's own, as a JVM names them in its dumps, where no frame has a module.
constexpr std::array<std::string_view, 5> kJavaPackages = {"java.", "javax.", "jdk.", "sun.", "com.sun."};

// Where Python's own library lies, and what was installed beside it; what is frozen into it has no file.
constexpr std::array<std::string_view, 3> kPythonLibrary = {"/lib/python3", "/lib64/python3", "<frozen "};
constexpr std::array<std::string_view, 2> kPythonPackages = {"/site-packages/", "/dist-packages/"};

template <class Table>
bool contains_any(std::string_view text, const Table& table) {
    return std::any_of(table.begin(), table.end(),
                       [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

template <class Table>
bool starts_with_any(std::string_view text, const Table& table) {
    return std::any_of(table.begin(), table.end(),
                       [&](std::string_view word) { return text.starts_with(word); });
}

// "/usr/lib/python3.11/threading.py"; not what pip installed beside it.
bool is_python_library(std::string_view file) {
    if (starts_with_any(file, kPythonSources)) return true;
    const auto lib = file.find("/lib/python3");
    const auto lib64 = lib == std::string_view::npos ? file.find("/lib64/python3") : lib;
    return lib64 != std::string_view::npos && file.find("-packages/", lib64) == std::string_view::npos;
}

// "runtime.gopark" and "net/http.(*conn).serve" are; "main.worker", "example.com/shop.Run" and C++ names are
// not.
bool is_go_library(std::string_view function) {
    const auto dot = function.find('.');
    if (dot == std::string_view::npos || function.find("::") != std::string_view::npos) return false;
    const std::string_view package = function.substr(0, std::min(dot, function.find('/')));
    return std::find(kGoPackages.begin(), kGoPackages.end(), package) != kGoPackages.end();
}

// Directly in a directory that the distribution fills: "/lib/x86_64-linux-gnu/libssl.so.3".
bool is_system_library(const Frame& frame) {
    if (!frame.module) return false;
    const std::string_view path = *frame.module;
    if (base_name(path).find(".so") == std::string_view::npos) return false;
    std::string_view directory = path.substr(0, path.rfind('/'));
    if (directory.starts_with("/usr/lib")) directory.remove_prefix(4);
    if (!directory.starts_with("/lib")) return false;
    const std::string_view inner = directory.substr(std::min(directory.size(), directory.find('/', 1)));
    return inner.empty() || (inner.find("-linux-") != std::string_view::npos && inner.rfind('/') == 0);
}

}  // namespace

bool is_library(const Frame& frame) {
    if (frame.language == "java") return frame.function && starts_with_any(*frame.function, kJavaPackages);
    // A runtime's room may have said so; else Python's table has it.
    if (frame.language)
        return frame.library || (frame.file && (contains_any(*frame.file, kPythonLibrary) ||
                                                contains_any(*frame.file, kPythonPackages)));
    if (frame.module) {
        if (frame.module->starts_with("[v")) return true;  // [vdso], [vsyscall]
        if (starts_with_any(base_name(*frame.module), kRuntimeModules)) return true;
    }
    if (frame.file && starts_with_any(*frame.file, kLibrarySources)) return true;
    if (frame.file && is_python_library(*frame.file)) return true;
    if (!frame.function) return false;
    const std::string bare = bare_function(*frame.function);
    std::string_view name = bare;
    // Rust's "<alloc::boxed::Box<F> as ...>", "<&dyn core::ops::Fn<()> as ...>"
    for (const std::string_view mark : {"<", "&", "mut ", "dyn "}) {
        if (name.starts_with(mark)) name.remove_prefix(mark.size());
    }
    if (!frame.module && starts_with_any(name, kJavaPackages)) return true;
    return starts_with_any(name, kLibraryFunctions) || is_go_library(name) || is_c_library(frame, name);
}

std::size_t mark_own(std::span<Frame> frames) {
    for (Frame& frame : frames) frame.library = is_library(frame);
    const auto first = [&](const auto& matches) {
        return std::find_if(frames.begin(), frames.end(), matches);
    };
    const auto is_own = [](const Frame& frame) { return frame.language && !frame.library; };
    // A program may be an installed package itself: where nothing else is its own, that is.
    if (first(is_own) == frames.end()) {
        for (Frame& frame : frames) {
            if (frame.language && frame.file && contains_any(*frame.file, kPythonPackages))
                frame.library = false;
        }
    }
    auto place = first(is_own);
    if (place == frames.end()) {
        place = first([](const Frame& frame) {
            return !frame.library && !is_system_library(frame) && (frame.function || frame.module);
        });
    }
    if (place == frames.end())
        place = first([](const Frame& frame) { return !frame.library && (frame.function || frame.module); });
    return place == frames.end() ? 0 : static_cast<std::size_t>(place - frames.begin());
}

}  // namespace rampwatch::stacks
