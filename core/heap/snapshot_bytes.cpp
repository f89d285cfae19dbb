// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string_view>

#include "core/heap/byte_stream.h"
#include "core/heap/snapshot.h"

namespace rampwatch::heap {

namespace {

constexpr std::string_view kMagic = "rampwatch heap 2\n";
constexpr std::size_t kMostTypes = 100'000;

// Every other sampled block, and the cells of those that stay.
void coarsen(Snapshot& snapshot) {
    std::vector<std::uint64_t> sampled;
    for (std::size_t i = 0; i < snapshot.sampled.size(); i += 2) sampled.push_back(snapshot.sampled[i]);
    snapshot.sampled = std::move(sampled);
    std::erase_if(snapshot.cells, [](const Cell& cell) { return cell.sample % 2 != 0; });
    for (Cell& cell : snapshot.cells) cell.sample /= 2;
}

void write_life(ByteWriter& writer, const Life& life) {
    writer.number(static_cast<std::uint64_t>(life.pid));
    writer.number(static_cast<std::uint64_t>(life.start_ticks));
    writer.text(life.boot_id);
    writer.text(life.comm);
}

Life read_life(ByteReader& reader) {
    Life life;
    life.pid = static_cast<std::int32_t>(reader.number());
    life.start_ticks = static_cast<decltype(life.start_ticks)>(reader.number());
    life.boot_id = reader.text();
    life.comm = reader.text();
    return life;
}

void write_blocks(ByteWriter& writer, const probe::PageSet& blocks) {
    writer.number(blocks.runs());
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < blocks.runs(); ++i) {
        const probe::PageRun run = blocks.run(i);
        writer.number(run.first - at);
        writer.number(run.count);
        at = run.first + run.count;
    }
}

probe::PageSet read_blocks(ByteReader& reader) {
    probe::PageSet blocks;
    const std::size_t runs = reader.count(probe::PageSet::kMostRuns);
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < runs && reader.good(); ++i) {
        const std::uint64_t gap = reader.number(), count = reader.number();
        if (gap > probe::PageSet::kMostPage || count > probe::PageSet::kMostPage ||
            !blocks.add({at + gap, count}))
            reader.fail();
        at += gap + count;
    }
    return blocks;
}

// In order of samples; counts and bytes are whole numbers, never negative.
void write_cells(ByteWriter& writer, std::vector<Cell> cells) {
    std::stable_sort(cells.begin(), cells.end(),
                     [](const Cell& a, const Cell& b) { return a.sample < b.sample; });
    writer.number(cells.size());
    std::uint32_t sample = 0;
    for (const Cell& cell : cells) {
        writer.number(cell.sample - sample);
        writer.number(cell.key);
        writer.number(static_cast<std::uint64_t>(std::max(0.0F, cell.count)));
        writer.number(static_cast<std::uint64_t>(std::max(0.0F, cell.bytes)));
        sample = cell.sample;
    }
}

std::vector<Cell> read_cells(ByteReader& reader, std::size_t samples, std::size_t types) {
    std::vector<Cell> cells(reader.count(kMostSnapshot));
    std::uint64_t sample = 0;
    for (Cell& cell : cells) {
        sample += reader.number();
        const std::uint64_t key = reader.number();
        if (sample >= samples || key >= types) reader.fail();
        if (!reader.good()) return {};
        cell.sample = static_cast<std::uint32_t>(sample);
        cell.key = static_cast<std::uint32_t>(key);
        cell.count = static_cast<float>(reader.number());
        cell.bytes = static_cast<float>(reader.number());
    }
    return cells;
}

std::vector<std::byte> written(const Snapshot& snapshot) {
    ByteWriter writer;
    writer.raw(kMagic);
    write_life(writer, snapshot.life);
    writer.number(snapshot.program);
    writer.text(snapshot.reader);
    writer.number(static_cast<std::uint64_t>(snapshot.wall.count()));
    writer.number(snapshot.block_shift);
    writer.number(snapshot.resident_pages);
    writer.number(snapshot.swapped_pages);
    write_blocks(writer, snapshot.blocks);
    writer.number(snapshot.covered);
    writer.number(snapshot.sampled.size());
    std::uint64_t last = 0;
    for (const std::uint64_t block : snapshot.sampled) {
        writer.number(block - last);
        last = block;
    }
    writer.number(snapshot.types.size());
    for (const runtime::TypeName& type : snapshot.types) {
        writer.number(static_cast<std::uint64_t>(type.kind));
        writer.text(type.name);
    }
    write_cells(writer, snapshot.cells);
    return writer.release();
}

}  // namespace

std::vector<std::byte> to_bytes(Snapshot snapshot) {
    std::vector<std::byte> bytes = written(snapshot);
    while (bytes.size() > kMostSnapshot && snapshot.sampled.size() > 1) {
        coarsen(snapshot);
        bytes = written(snapshot);
    }
    return bytes;
}

Result<Snapshot> snapshot_of(std::span<const std::byte> bytes) {
    const Error bad{Error::Kind::bad_input, "no heap baseline of this version of rampwatch, or a damaged one",
                    "", ""};
    ByteReader reader(bytes.first(std::min(bytes.size(), 4 * kMostSnapshot)));
    Snapshot snapshot;
    if (!reader.skip(kMagic)) return bad;
    snapshot.life = read_life(reader);
    snapshot.program = reader.number();
    snapshot.reader = reader.text();
    snapshot.wall = std::chrono::nanoseconds(static_cast<std::int64_t>(reader.number()));
    snapshot.block_shift = static_cast<unsigned>(reader.number());
    snapshot.resident_pages = reader.number();
    snapshot.swapped_pages = reader.number();
    snapshot.blocks = read_blocks(reader);
    snapshot.covered = reader.number();
    snapshot.sampled.resize(reader.count(kMostSnapshot));
    std::uint64_t last = 0;
    for (std::uint64_t& block : snapshot.sampled) block = last += reader.number();
    snapshot.types.resize(reader.count(kMostTypes));
    for (runtime::TypeName& type : snapshot.types) {
        const std::uint64_t kind = reader.number();
        if (kind > static_cast<std::uint64_t>(runtime::TypeKind::free)) reader.fail();
        type.kind = static_cast<runtime::TypeKind>(kind);
        type.name = reader.text();
    }
    snapshot.cells = read_cells(reader, snapshot.sampled.size(), snapshot.types.size());
    const bool sound = reader.good() && reader.at_end() && snapshot.block_shift <= 6 &&
                       snapshot.covered <= snapshot.blocks.pages() &&
                       snapshot.sampled.size() <= snapshot.covered &&
                       std::is_sorted(snapshot.sampled.begin(), snapshot.sampled.end());
    return sound ? Result<Snapshot>(std::move(snapshot)) : Result<Snapshot>(bad);
}

}  // namespace rampwatch::heap
