// SPDX-License-Identifier: MIT
// A sawtooth of real malloc and free: --base bytes (16 MiB) are always held; above them --height bytes
// (64 MiB) fill up block by block in --period seconds (4), and are freed at once. "ready" is said when the
// first tooth is over.
//   --leak B    bytes of each tooth that are never freed (0): a ramp under the sawtooth
#include <malloc.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/programs/words.h"

namespace {

constexpr std::size_t kBlockBytes =
    256 * 1024;  // above the mmap threshold: free() gives it back to the kernel

class Pile {
  public:
    void grow() {
        void* block = std::malloc(kBlockBytes);
        if (block == nullptr) std::abort();
        std::memset(block, 'x', kBlockBytes);
        blocks_.push_back(block);
    }
    void drop_to(std::size_t blocks) {
        while (blocks_.size() > blocks) {
            std::free(blocks_.back());
            blocks_.pop_back();
        }
    }
    [[nodiscard]] std::size_t blocks() const { return blocks_.size(); }

  private:
    std::vector<void*> blocks_;
};

std::size_t blocks_of(std::int64_t bytes) { return static_cast<std::size_t>(bytes) / kBlockBytes; }

}  // namespace

int main(int argc, char** argv) {
    mallopt(M_MMAP_THRESHOLD,
            128 * 1024);  // said aloud, it stays: glibc would raise it with the first free()
    const programs::Words words(argc, argv);
    const std::size_t tooth = blocks_of(words.count("--height", 64 << 20));
    const std::size_t leak = blocks_of(words.count("--leak", 0));
    const std::chrono::duration<double> step(words.number("--period", 4) / static_cast<double>(tooth));

    Pile pile;
    std::size_t floor = blocks_of(words.count("--base", 16 << 20));
    while (pile.blocks() < floor) pile.grow();
    auto next = std::chrono::steady_clock::now();
    for (bool first = true;; first = false, floor += leak) {
        while (pile.blocks() < floor + tooth) {
            pile.grow();
            next += std::chrono::duration_cast<std::chrono::steady_clock::duration>(step);
            std::this_thread::sleep_until(next);
        }
        pile.drop_to(floor + leak);
        if (first) programs::say_ready();
    }
}
