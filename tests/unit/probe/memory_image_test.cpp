// SPDX-License-Identifier: MIT
#include "core/probe/memory_image.h"

#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "core/probe/memory.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::probe;

namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::string read_text(const MemoryReader& memory, std::uint64_t address, std::size_t size) {
    std::vector<std::byte> into(size);
    if (!memory.read(address, into)) return "unread";
    return {reinterpret_cast<const char*>(into.data()), into.size()};
}

}  // namespace

TEST_CASE("an image gives back what was put there, across pages, and nothing else", "[probe]") {
    MemoryImage image;
    image.put(0x1ffc, bytes_of("abcdefgh"));
    image.put_word(0x5000, 0x1122334455667788);

    CHECK(read_text(image, 0x1ffc, 8) == "abcdefgh");
    CHECK(read_text(image, 0x1ffe, 4) == "cdef");
    CHECK(read_text(image, 0x1ffb, 2) == "unread");
    CHECK(read_text(image, 0x2003, 2) == "unread");
    CHECK(image.get<std::uint64_t>(0x5000).value() == 0x1122334455667788);
    CHECK(image.bytes() == 16);
    CHECK(image.get<std::uint64_t>(~std::uint64_t{3}).error().kind == Error::Kind::io);
}

TEST_CASE("of a batch the pieces that an image holds are read, the others not", "[probe]") {
    MemoryImage image;
    image.put(0x1000, bytes_of("here"));
    std::array<std::byte, 4> first{}, second{};
    std::array<Piece, 2> pieces = {Piece{0x9000, first}, Piece{0x1000, second}};

    REQUIRE(image.read(pieces));

    CHECK_FALSE(pieces[0].read);
    CHECK(pieces[1].read);
    CHECK(std::memcmp(second.data(), "here", 4) == 0);
}

TEST_CASE("an image as text is the same image again", "[probe]") {
    MemoryImage image;
    image.put(0x1000, bytes_of("a text of more than thirty-two letters, so that it takes two lines"));
    image.put(0x3000, std::vector<std::byte>(100'000));
    image.put(0x90001, bytes_of(std::string("x\0\0\0y", 5)));
    image.put_word(0x90010, 0);

    const std::string text = image.text();
    const auto again = MemoryImage::parse("# made by a test\n\n" + text);

    REQUIRE(again);
    CHECK(again->text() == text);
    CHECK(again->bytes() == image.bytes());
    CHECK(text.find("3000 0*100000\n") != std::string::npos);
    CHECK(text.find("90001 7800000079\n") != std::string::npos);
}

TEST_CASE("a broken image is refused with its line", "[probe]") {
    for (const std::string_view bad :
         {"zz 00", "1000 0", "1000", "1000 xx", "1000 0*x", "1000 0*999999999999"}) {
        CAPTURE(bad);
        const auto image = MemoryImage::parse("1000 00\n" + std::string(bad));
        REQUIRE_FALSE(image);
        CHECK(image.error().where == "line 2");
    }
}

TEST_CASE("a string ends at its zero byte, at its bound, or where memory ends", "[probe]") {
    MemoryImage image;
    image.put_text(0x1ff0, "a name that crosses the end of a page");
    image.put(0x8ff0, bytes_of("sixteen letters!"));

    CHECK(read_string(image, 0x1ff0, 100) == "a name that crosses the end of a page");
    CHECK(read_string(image, 0x1ff0, 6) == "a name");
    CHECK(read_string(image, 0x8ff0, 100) == "sixteen letters!");
    CHECK(read_string(image, 0x7000, 100).empty());
}

TEST_CASE("what is read of a live process through a recorder can be read again without it", "[probe]") {
    const std::string here = "words of our own memory";
    const auto address = reinterpret_cast<std::uintptr_t>(here.data());
    const Memory live(::getpid());
    MemoryImage image;
    const RecordingReader recorder(live, image);

    REQUIRE(read_text(recorder, address, 5) == "words");
    std::array<std::byte, 3> own{}, hole{};
    std::array<Piece, 2> pieces = {Piece{8, hole}, Piece{address + 9, own}};
    REQUIRE(recorder.read(pieces));

    CHECK(read_text(image, address, 5) == "words");
    CHECK(read_text(image, address + 9, 3) == "our");
    CHECK(image.bytes() == 8);
}

TEST_CASE("an image says which parts of a range it holds, across its pages", "[probe]") {
    MemoryImage image;
    image.put_text(0x1FFC, "seven..");  // with its zero, 8 bytes: 4 on each side of a page's end
    image.put_word(0x5000, 1);

    CHECK(image.present({0x1000, 0x5000}) == std::vector<Range>{{0x1FFC, 8}, {0x5000, 8}});
    CHECK(image.present({0x1FFE, 4}) == std::vector<Range>{{0x1FFE, 4}});
    CHECK(image.present({0x3000, 0x1000}).empty());
    CHECK(image.present({0x5004, ~std::uint64_t{0}}) == std::vector<Range>{{0x5004, 4}});
}
