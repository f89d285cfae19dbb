// SPDX-License-Identifier: MIT
#include "core/probe/maps.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::probe;

namespace {

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); }

// A file of one page under its own name, mapped.
class MappedFile {
  public:
    MappedFile() {
        const int fd = ::mkstemp(name_.data());
        REQUIRE(fd >= 0);
        REQUIRE(::ftruncate(fd, 4096) == 0);
        start_ = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
        ::close(fd);
    }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile() {
        ::munmap(start_, 4096);
        ::unlink(name_.c_str());
    }
    [[nodiscard]] Mapping mapping() const {
        const auto maps = read_maps(::getpid());
        REQUIRE(maps);
        const Mapping* found = probe::find(*maps, address_of(start_));
        REQUIRE(found != nullptr);
        return *found;
    }
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    std::string name_ = "/tmp/rampwatch-maps-XXXXXX";
    void* start_ = nullptr;
};

}  // namespace

TEST_CASE("a line of maps is read field by field", "[probe]") {
    const Maps maps = parse_maps(
        "00400000-00452000 r-xp 00001000 fd:1f 173521                             /usr/bin/a b (deleted)\n"
        "7ffd1000-7ffd3000 rw-s 00000000 00:00 0 \n"
        "7ffd4000-7ffd5000 r--p 00000000 08:01 12 /odd\\012name\n");
    REQUIRE(maps.mappings.size() == 3);
    Mapping first;
    first.start = 0x400000;
    first.end = 0x452000;
    first.offset = 0x1000;
    first.readable = first.executable = true;
    first.device_major = 0xfd;
    first.device_minor = 0x1f;
    first.inode = 173521;
    first.path = "/usr/bin/a b";
    first.deleted = true;
    CHECK(maps.mappings[0] == first);
    CHECK(maps.mappings[1].shared);
    CHECK(maps.mappings[1].path.empty());
    CHECK(maps.mappings[2].path == "/odd\nname");
    CHECK(maps.skipped == 0);
}

TEST_CASE("what is no line of maps is skipped and counted", "[probe]") {
    const Maps maps = parse_maps("\nrubbish\n5-4 r-xp 0 0:0 0\n1-2 r\n1-2 rwxp 0 zz:0 0\n");
    CHECK(maps.mappings.empty());
    CHECK(maps.skipped == 5);
}

TEST_CASE("an address is found in its mapping and not beside it", "[probe]") {
    const Maps maps = parse_maps("1000-2000 r--p 0 0:0 0\n3000-4000 r--p 0 0:0 0\n");
    CHECK(probe::find(maps, 0xfff) == nullptr);
    CHECK(probe::find(maps, 0x1000) == &maps.mappings[0]);
    CHECK(probe::find(maps, 0x2000) == nullptr);
    CHECK(probe::find(maps, 0x3fff) == &maps.mappings[1]);
    CHECK(probe::find(maps, 0x4000) == nullptr);
}

TEST_CASE("our own code is mapped from our own executable", "[probe]") {
    const auto maps = read_maps(::getpid());
    REQUIRE(maps);
    static const std::string_view ours = "in the file";
    const Mapping* mapping = probe::find(*maps, address_of(ours.data()));
    REQUIRE(mapping != nullptr);
    const auto file = open_module(::getpid(), *mapping);
    REQUIRE(file);
    CHECK(file->size_bytes > 0);
    CHECK(file->inode == open_executable(::getpid())->inode);
}

TEST_CASE("a mapped file is opened by its name", "[probe]") {
    const MappedFile mapped;
    const auto file = open_module(::getpid(), mapped.mapping());
    REQUIRE(file);
    CHECK(file->size_bytes == 4096);
}

TEST_CASE("a mapped file that was replaced is not taken for the old one", "[probe]") {
    const MappedFile mapped;
    const std::string other = mapped.name() + ".new";
    ::close(::open(other.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    Mapping before = mapped.mapping();
    REQUIRE(::rename(other.c_str(), mapped.name().c_str()) == 0);
    const auto after = open_module(::getpid(), before);
    REQUIRE(after);
    CHECK_FALSE(after->proven);
    CHECK(open_module(::getpid(), mapped.mapping()).error().kind == Error::Kind::not_found);  // deleted
}

TEST_CASE("a pipe in a file's place is refused without waiting", "[probe]") {
    const MappedFile mapped;
    const Mapping before = mapped.mapping();
    ::unlink(mapped.name().c_str());
    REQUIRE(::mkfifo(mapped.name().c_str(), 0600) == 0);
    CHECK(open_module(::getpid(), before).error().kind == Error::Kind::not_found);
}
