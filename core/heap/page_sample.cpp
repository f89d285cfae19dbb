// SPDX-License-Identifier: MIT
#include "core/heap/page_sample.h"

#include <algorithm>
#include <random>

#include "core/heap/estimate.h"

namespace rampwatch::heap {

using probe::PageRun;
using probe::PageSet;

PageSet blocks_of(const PageSet& pages, unsigned shift) {
    PageSet blocks;
    std::uint64_t next = 0;  // the first block that is not in yet
    for (std::size_t i = 0; i < pages.runs(); ++i) {
        const PageRun run = pages.run(i);
        const std::uint64_t first = std::max(run.first >> shift, next);
        const std::uint64_t end = ((run.first + run.count - 1) >> shift) + 1;
        if (end <= first) continue;
        if (!blocks.add({first, end - first})) break;
        next = end;
    }
    return blocks;
}

PageSet minus(const PageSet& now, const PageSet& before) {
    PageSet left;
    std::size_t other = 0;
    for (std::size_t i = 0; i < now.runs(); ++i) {
        const PageRun run = now.run(i);
        std::uint64_t at = run.first;
        const std::uint64_t end = run.first + run.count;
        while (at < end) {
            while (other < before.runs() && before.run(other).first + before.run(other).count <= at) ++other;
            const PageRun hole = other < before.runs() ? before.run(other) : PageRun{end, 0};
            const std::uint64_t stop = std::clamp(hole.first, at, end);
            if (stop > at && !left.add({at, stop - at})) return left;
            at = std::min(end, std::max(stop, hole.first + hole.count));
        }
    }
    return left;
}

std::vector<std::uint64_t> sample_of(const PageSet& blocks, std::size_t count, std::uint64_t seed) {
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, blocks.pages()));
    std::vector<std::uint64_t> chosen;
    chosen.reserve(count);
    std::mt19937_64 random(seed);
    std::uint64_t before = 0;  // blocks in the runs that are behind us
    std::size_t index = 0;
    for (std::size_t k = 0; k < count; ++k) {
        const Stratum there = stratum(k, count, blocks.pages());
        const std::uint64_t wanted = there.from + random() % (there.to - there.from);
        while (wanted - before >= blocks.run(index).count) before += blocks.run(index++).count;
        chosen.push_back(blocks.run(index).first + (wanted - before));
    }
    return chosen;
}

}  // namespace rampwatch::heap
