// SPDX-License-Identifier: MIT
#include "core/native/code_walk.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/native/instruction.h"

namespace rampwatch::native {
namespace {

using Kind = Instruction::Kind;

constexpr std::size_t kMostInstructions = 2000;
constexpr std::size_t kMostBranches = 64;  // not yet taken, at one time
constexpr std::int64_t kMostDepth = std::int64_t{1} << 30;
constexpr std::array<std::size_t, 6> kKept = {3, kFramePointer, 12, 13, 14, 15};  // rbx, rbp, r12 to r15
constexpr std::uint8_t kBreg0 = 0x70;                                             // DW_OP_breg0

// An address that is counted from one of the two registers, as they were at the start.
struct Place {
    std::size_t base = kStackPointer;
    std::int64_t offset = 0;

    friend bool operator==(const Place&, const Place&) = default;
};

struct SavedRegister {
    enum class Value : std::uint8_t { same, at, unknown };
    Value value = Value::same;
    Place place{};

    friend bool operator==(const SavedRegister&, const SavedRegister&) = default;
};

// One way through the code, up to `pc`.
struct Way {
    std::uint64_t pc = 0;
    Place stack{};
    bool is_frame_same = true;  // rbp is what it was at the start
    std::array<SavedRegister, kKept.size()> kept{};
    std::vector<std::pair<std::int64_t, std::size_t>> pushed{};  // by us, below the start: what lies where
};

// The target's code, read in small pieces of which none crosses a page.
class Code {
  public:
    explicit Code(const ReadCode& read) : read_(read) {}

    Instruction at(std::uint64_t address) {
        std::array<std::uint8_t, kMostInstruction> bytes{};
        return decode(std::span(bytes).first(read(address, bytes)));
    }

    std::size_t read(std::uint64_t address, std::span<std::uint8_t> bytes) {
        std::size_t have = 0;
        while (have < bytes.size()) {
            const std::uint64_t wanted = address + have;
            const std::vector<std::uint8_t>& piece = piece_at(wanted / kPiece);
            const std::size_t from = wanted % kPiece;
            if (from >= piece.size()) break;
            const std::size_t count = std::min(bytes.size() - have, piece.size() - from);
            std::copy_n(piece.begin() + static_cast<std::ptrdiff_t>(from), count,
                        bytes.begin() + static_cast<std::ptrdiff_t>(have));
            have += count;
        }
        return have;
    }

  private:
    static constexpr std::size_t kPiece = 256;

    const std::vector<std::uint8_t>& piece_at(std::uint64_t number) {
        const auto [place, fresh] = pieces_.try_emplace(number);
        if (fresh) {
            place->second.resize(kPiece);
            place->second.resize(std::min(kPiece, read_(number * kPiece, place->second)));
        }
        return place->second;
    }

    const ReadCode& read_;
    std::unordered_map<std::uint64_t, std::vector<std::uint8_t>> pieces_{};
};

class Walker {
  public:
    // `is_padding_end`: nothing is taken to come after a call behind which the code is filled up.
    Walker(Code& code, const IsStart& is_start, bool is_padding_end)
        : code_(code), is_start_(is_start), is_padding_end_(is_padding_end) {}

    std::vector<FrameRule> run(std::uint64_t address) {
        open_.push_back({.pc = address});
        first_ = address;
        while (!open_.empty() && rules_.size() < kMostReturns) {
            Way way = std::move(open_.back());
            open_.pop_back();
            follow(way);
        }
        return std::move(rules_);
    }

  private:
    void follow(Way way) {
        while (steps_ < kMostInstructions && seen_.insert(way.pc).second) {
            ++steps_;
            const Instruction next = code_.at(way.pc);
            if (next.length == 0) return;
            way.pc += next.length;
            if (!goes_on(next, way)) return;
            if (way.pc != first_ && is_start_(way.pc)) return;  // ran into another function
        }
    }

    // What one instruction does; false at the end of this way.
    bool goes_on(const Instruction& next, Way& way) {
        const std::uint64_t target = way.pc + static_cast<std::uint64_t>(next.value);
        switch (next.kind) {
            case Kind::ret:
            case Kind::tail_jump:
                add(way);
                return false;
            case Kind::jump:
                if (target != first_ && is_start_(target)) return add(way), false;  // a tail call
                way.pc = target;
                return true;
            case Kind::branch:
                if (open_.size() < kMostBranches) {
                    open_.push_back(way);
                    open_.back().pc = target;
                }
                return true;
            case Kind::call:
                return !is_padding_end_ || !is_filled_up(way.pc);
            case Kind::halt:
            case Kind::trap:
            case Kind::lost_jump:
            case Kind::lose_stack:
                return false;
            default:
                return moves(next, way);
        }
    }

    // The stack pointer and the kept registers; false when the stack pointer is lost.
    static bool moves(const Instruction& next, Way& way) {
        switch (next.kind) {
            case Kind::push:
                way.stack.offset -= 8;
                if (way.stack.base == kStackPointer && way.stack.offset < 0 && way.pushed.size() < 64)
                    way.pushed.emplace_back(way.stack.offset,
                                            is_same(way, next.reg) ? next.reg : kNoRegister);
                break;
            case Kind::pop:
                take(way, next.reg, way.stack);
                way.stack.offset += 8;
                break;
            case Kind::adjust:
                way.stack.offset += next.value;
                break;
            case Kind::leave:
            case Kind::set_stack:
                if (!way.is_frame_same) return false;
                way.stack = {kFramePointer, next.kind == Kind::leave ? 0 : next.value};
                if (next.kind == Kind::leave) {
                    take(way, kFramePointer, way.stack);
                    way.stack.offset += 8;
                }
                break;
            case Kind::load:
                if (next.from_frame && !way.is_frame_same)
                    lose(way, next.reg);
                else
                    take(way, next.reg,
                         next.from_frame ? Place{kFramePointer, next.value}
                                         : Place{way.stack.base, way.stack.offset + next.value});
                break;
            case Kind::lose_frame:
                way.is_frame_same = false;  // it is given back later, as every kept one
                break;
            default:
                break;
        }
        return way.stack.offset > -kMostDepth && way.stack.offset < kMostDepth;
    }

    static SavedRegister* kept_of(Way& way, std::size_t reg) {
        const auto found = std::find(kKept.begin(), kKept.end(), reg);
        return found == kKept.end() ? nullptr : &way.kept[static_cast<std::size_t>(found - kKept.begin())];
    }

    static bool is_same(Way& way, std::size_t reg) {
        const SavedRegister* kept = kept_of(way, reg);
        return kept != nullptr && kept->value == SavedRegister::Value::same &&
               (reg != kFramePointer || way.is_frame_same);
    }

    static void lose(Way& way, std::size_t reg) {
        SavedRegister* kept = kept_of(way, reg);
        if (kept == nullptr) return;
        kept->value = SavedRegister::Value::unknown;
        if (reg == kFramePointer) way.is_frame_same = false;
    }

    // A register out of the stack. Below where the stack was at the start lies only what was pushed since.
    static void take(Way& way, std::size_t reg, Place from) {
        SavedRegister* kept = kept_of(way, reg);
        if (kept == nullptr) return;
        if (from.base == kStackPointer && from.offset < 0) {
            const auto pushed = std::find(way.pushed.rbegin(), way.pushed.rend(),
                                          std::pair<std::int64_t, std::size_t>(from.offset, reg));
            if (pushed == way.pushed.rend()) return lose(way, reg);
            *kept = {};
            if (reg == kFramePointer) way.is_frame_same = true;
            return;
        }
        *kept = {SavedRegister::Value::at, from};
        if (reg == kFramePointer) way.is_frame_same = false;
    }

    // Nothing but filling, up to where a function may begin.
    bool is_filled_up(std::uint64_t address) {
        bool is_filled = false;
        while (address % 16 != 0) {
            const Instruction filling = code_.at(address);
            const bool is_filling = filling.kind == Kind::nop || filling.kind == Kind::trap;
            if (filling.length == 0 || !is_filling) return false;
            address += filling.length;
            is_filled = true;
        }
        return is_filled;
    }

    static Expression expression(Place place) {
        return {
            {static_cast<std::uint8_t>(kBreg0 + place.base), static_cast<std::uint64_t>(place.offset), 0, 0}};
    }

    void add(const Way& way) {
        FrameRule rule;
        rule.cfa = expression({way.stack.base, way.stack.offset + 8});
        rule.registers[kProgramCounter] = {RegisterRule::Kind::at, expression(way.stack)};
        for (std::size_t i = 0; i < kKept.size(); ++i) {
            const SavedRegister& kept = way.kept[i];
            if (kept.value == SavedRegister::Value::unknown)
                rule.registers[kKept[i]].kind = RegisterRule::Kind::undefined;
            if (kept.value == SavedRegister::Value::at)
                rule.registers[kKept[i]] = {RegisterRule::Kind::at, expression(kept.place)};
        }
        for (const std::size_t scratch : {0U, 1U, 2U, 4U, 5U, 8U, 9U, 10U, 11U})
            rule.registers[scratch].kind = RegisterRule::Kind::undefined;
        const bool is_known = std::any_of(rules_.begin(), rules_.end(), [&](const FrameRule& other) {
            return other.cfa.front().atom == rule.cfa.front().atom &&
                   other.cfa.front().number == rule.cfa.front().number;
        });
        if (!is_known) rules_.push_back(std::move(rule));
    }

    Code& code_;
    const IsStart& is_start_;
    bool is_padding_end_ = false;
    std::uint64_t first_ = 0;
    std::size_t steps_ = 0;
    std::vector<Way> open_{};
    std::unordered_set<std::uint64_t> seen_{};
    std::vector<FrameRule> rules_{};
};

// What a call gave back becomes the only argument of another one: mov %rax,%rdi and its like, then the call.
bool hands_on(Code& code, std::uint64_t address) {
    using namespace std::string_view_literals;
    static constexpr std::string_view kMoves[] = {"\x89\xc7\xe8"sv, "\x48\x89\xc7\xe8"sv,
                                                  "\x48\x63\xf8\xe8"sv, "\x48\x98\x48\x89\xc7\xe8"sv};
    std::array<std::uint8_t, 8> bytes{};
    code.read(address, bytes);
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return std::any_of(std::begin(kMoves), std::end(kMoves),
                       [&](std::string_view move) { return text.starts_with(move); });
}

// To a hlt without a turn or a call.
bool halts(Code& code, std::uint64_t address) {
    constexpr int kMostOfThem = 12;
    for (int i = 0; i < kMostOfThem; ++i) {
        const Instruction next = code.at(address);
        if (next.length == 0 || (next.kind != Kind::other && next.kind != Kind::halt)) return false;
        if (next.kind == Kind::halt) return true;
        address += next.length;
    }
    return false;
}

}  // namespace

CodeWalk walk_code(std::uint64_t address, bool is_return_address, const ReadCode& read,
                   const IsStart& is_start) {
    Code code(read);
    CodeWalk walk;
    if (is_return_address && is_start(address)) return walk;  // behind a call that ended its function
    walk.rules = Walker(code, is_start, true).run(address);
    if (!walk.rules.empty()) return walk;
    walk.is_beginning = is_return_address && (halts(code, address) || hands_on(code, address));
    if (!walk.is_beginning) walk.rules = Walker(code, is_start, false).run(address);
    return walk;
}

}  // namespace rampwatch::native
