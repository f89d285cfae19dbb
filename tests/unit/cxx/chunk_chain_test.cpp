// SPDX-License-Identifier: MIT
#include "core/cxx/chunk_chain.h"

#include <array>
#include <cstring>
#include <random>

#include "tests/catch.h"

using namespace rampwatch::cxx;

namespace {

constexpr std::size_t kBlock = 16'384;

// A piece of malloc's heap, made chunk by chunk.
class Made {
  public:
    explicit Made(bool main_arena) : flags_(main_arena ? 0 : 4), words_((kBlock + 64) / 8) {}

    // Where the next header is, in bytes; the chunk before it is in use.
    std::size_t at = 0;
    bool before_free = false;
    std::uint64_t before_size = 0;

    void chunk(std::uint64_t size, bool free) {
        if (at + 16 <= words_.size() * 8) {
            word(at) = before_free ? before_size : 0x5555;
            // free chunks of other arenas lose the flag of their arena
            word(at + 8) = size | (before_free ? 0 : 1) | (free ? 0 : flags_);
        }
        at += size;
        before_free = free;
        before_size = size;
    }
    [[nodiscard]] std::span<const std::byte> piece() const {
        return std::as_bytes(std::span(words_)).first(kBlock);
    }
    [[nodiscard]] std::span<const std::byte> ahead() const {
        return std::as_bytes(std::span(words_)).subspan(kBlock);
    }
    std::uint64_t& word(std::size_t offset) { return words_[offset / 8]; }

  private:
    std::uint64_t flags_;
    std::vector<std::uint64_t> words_;
};

}  // namespace

TEST_CASE("chunks are found wherever the first header lies, used and free ones", "[cxx]") {
    for (const bool main_arena : {true, false}) {
        for (std::size_t first = 0; first < 512; first += 48) {
            Made made(main_arena);
            made.at = first;
            std::vector<Chunk> expected;
            for (int i = 0; made.at < kBlock; ++i) {
                const std::uint64_t size = 32 + 16 * static_cast<std::uint64_t>(i % 11);
                const bool free = i % 5 == 3;
                const bool sure = made.at + size + 16 <= kBlock + 64;
                expected.push_back({static_cast<std::uint32_t>(made.at), size, free && sure, sure});
                made.chunk(size, free);
            }
            made.chunk(32, false);
            CAPTURE(main_arena, first);
            CHECK(chunk_chain(made.piece(), made.ahead(), main_arena) == expected);
        }
    }
}

TEST_CASE("whether the last chunk is free is not known when its end lies too far behind", "[cxx]") {
    Made made(true);
    while (made.at + 1024 < kBlock) made.chunk(64, false);
    made.chunk(4096, true);
    const auto chunks = chunk_chain(made.piece(), made.ahead(), true);
    REQUIRE_FALSE(chunks.empty());
    CHECK(chunks.back().size == 4096);
    CHECK_FALSE(chunks.back().sure);
    CHECK(chunks.front().sure);
}

TEST_CASE("headers of the other kind of arena, and numbers that look like sizes, make no chain", "[cxx]") {
    Made made(true);
    while (made.at < kBlock) made.chunk(64, false);
    CHECK(chunk_chain(made.piece(), made.ahead(), false).empty());

    std::vector<std::uint64_t> words(kBlock / 8, 4096 + 1);
    CHECK(chunk_chain(std::as_bytes(std::span(words)), {}, true).size() < 16);
    words.assign(kBlock / 8, 0);
    CHECK(chunk_chain(std::as_bytes(std::span(words)), {}, true).empty());
    CHECK(chunk_chain({}, {}, true).empty());
}

TEST_CASE("of any bytes the chunks lie within, ascend, and leave no gap", "[cxx]") {
    std::mt19937_64 random(1);
    Made sound(true);
    while (sound.at < kBlock) sound.chunk(32 + 16 * (random() % 20), random() % 4 == 0);
    const std::vector<std::byte> bytes(sound.piece().begin(), sound.piece().end());
    for (int round = 0; round < 300; ++round) {
        auto damaged = bytes;
        for (int i = 0; i < 1 + round; ++i)
            damaged[random() % damaged.size()] = static_cast<std::byte>(random());
        std::uint64_t next = 0;
        for (const Chunk& chunk : chunk_chain(damaged, sound.ahead().first(random() % 65), round % 2 == 0)) {
            CHECK((next == 0 || chunk.offset == next));
            CHECK(chunk.size >= kLeastChunk);
            CHECK(chunk.size <= kMostChunk);
            CHECK(chunk.offset < kBlock);
            next = chunk.offset + chunk.size;
        }
    }
}
