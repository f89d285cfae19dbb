// SPDX-License-Identifier: MIT
// A damaged ELF file, mapped as a program's library: its names, lines and call frame information are asked
// for at many addresses, by our code and by libdw. No crash, no endless loop. Input: places and bytes that
// are written over a copy of the file that RAMPWATCH_FUZZ_ELF names (this program where it names none), so
// that nearly all of it still makes sense.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "core/native/frame_walk.h"
#include "core/native/symbols.h"
#include "core/probe/maps.h"

namespace {

using namespace rampwatch;

const std::string& whole_file() {
    static const std::string bytes = [] {
        const char* path = std::getenv("RAMPWATCH_FUZZ_ELF");
        std::ifstream file(path != nullptr ? path : "/proc/self/exe", std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return bytes;
}

// Six bytes a change: four of the place, one of the length, one of the value.
std::string damaged(const std::uint8_t* data, std::size_t size) {
    std::string bytes = whole_file();
    for (std::size_t i = 0; i + 6 <= size; i += 6) {
        std::uint32_t place = 0;
        std::memcpy(&place, data + i, 4);
        const std::size_t from = place % bytes.size();
        const std::size_t length = std::min<std::size_t>(1 + data[i + 4] % 16, bytes.size() - from);
        std::memset(bytes.data() + from, data[i + 5], length);
    }
    return bytes;
}

void ask(const std::string& path, std::size_t size) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    ::close(fd);
    if (mapped == MAP_FAILED) return;
    const auto start = reinterpret_cast<std::uintptr_t>(mapped);
    probe::Maps maps;
    const auto all = probe::read_maps(::getpid());
    if (!all) std::abort();
    for (const probe::Mapping& mapping : all->mappings) {
        if (mapping.path == path) maps.mappings.push_back(mapping);
    }
    native::Modules modules(::getpid());
    modules.update(::getpid(), maps);
    native::Symbols symbols(modules);
    symbols.allow_lines(std::chrono::milliseconds(200));
    const native::ReadWord read = [&](std::uint64_t address) -> std::optional<std::uint64_t> {
        return start + (address * 2654435761U) % size;  // return addresses that lie in it
    };
    for (std::size_t at = 0; at < size; at += 1 + size / 64) {
        static_cast<void>(symbols.frames({start + at}));
        native::Registers registers;
        registers.set(native::kProgramCounter, start + at);
        registers.set(native::kStackPointer, 0x7ffd00000000);
        registers.set(native::kFramePointer, 0x7ffd00000100);
        if (native::unwind(modules, registers, read).frames.size() > native::kMostFrames) std::abort();
    }
    ::munmap(mapped, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::string path = "/dev/shm/rampwatch-fuzz." + std::to_string(::getpid());
    const std::string bytes = damaged(data, size);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    ask(path, bytes.size());
    ::unlink(path.c_str());
    return 0;
}
