// SPDX-License-Identifier: MIT
#include "core/native/instruction.h"

#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/native/registers.h"

namespace rampwatch::native {
namespace {

using Kind = Instruction::Kind;

// What follows an opcode, a letter each: '.' nothing, 'm' ModRM, '1' one byte, '2' two, '3' three, 'z' four
// (two with 66), 'j' four, 'v' four, two or eight, 'o' an address, 'B' ModRM and one byte, 'Z' ModRM and
// four or two, 't' and 'T' the same if /0 or /1, 'x' no instruction, or not one of this table.
constexpr std::string_view kOneByte =
    "mmmm1zxxmmmm1zxx"
    "mmmm1zxxmmmm1zxx"
    "mmmm1zxxmmmm1zxx"
    "mmmm1zxxmmmm1zxx"
    "xxxxxxxxxxxxxxxx"
    "................"
    "xxxmxxxxzZ1B...."
    "1111111111111111"
    "BZxBmmmmmmmmmmmm"
    "..........x....."
    "oooo....1z......"
    "11111111vvvvvvvv"
    "BB2.xxBZ3.2..1x."
    "mmmmxxx.mmmmmmmm"
    "11111111jjx1...."
    "x.xx..tT......mm";
constexpr std::string_view kTwoByte =
    "mmmmx.....x.xm.B"
    "mmmmmmmmmmmmmmmm"
    "mmmmxxxxmmmmmmmm"
    "......x.xxxxxxxx"
    "mmmmmmmmmmmmmmmm"
    "mmmmmmmmmmmmmmmm"
    "mmmmmmmmmmmmmmmm"
    "BBBBmmm.mmxxmmmm"
    "jjjjjjjjjjjjjjjj"
    "mmmmmmmmmmmmmmmm"
    "...mBmxx...mBmmm"
    "mmmmmmmmmmBmmmmm"
    "mmBmBBBm........"
    "mmmmmmmmmmmmmmmm"
    "mmmmmmmmmmmmmmmm"
    "mmmmmmmmmmmmmmmm";
static_assert(kOneByte.size() == 256 && kTwoByte.size() == 256);

constexpr std::array<std::uint8_t, 8> kDwarfNumbers = {0, 2, 1, 3, 7, 6, 4, 5};  // of rax, rcx, rdx, rbx, ...
constexpr int kSp = 4, kBp = 5;  // as the machine numbers them

// The parts of one instruction.
struct Parts {
    int map = 0;  // 0: one byte, 1: 0f, 2: 0f 38, 3: 0f 3a
    bool is_vector = false;
    bool is_wide = false;
    bool is_short = false;           // 66
    bool has_short_address = false;  // 67
    bool r = false, x = false, b = false;
    std::uint8_t opcode = 0;
    bool has_modrm = false;
    int mod = 0, reg = 0, rm = 0;
    int base = -1, index = -1;  // of an address; rip: neither, and mod 0
    std::int64_t displacement = 0;
    std::int64_t immediate = 0;
    std::size_t length = 0;
};

class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> code)
        : code_(code.first(code.size() < kMostInstruction ? code.size() : kMostInstruction)) {}

    bool read(Parts& parts) {
        prefixes(parts);
        const char form = opcode(parts);
        if (form == 'x' || is_cut_) return false;
        const bool has_modrm = std::string_view("mBZtT").find(form) != std::string_view::npos;
        if (has_modrm) modrm(parts);
        parts.immediate = number(immediate_bytes(parts, form));
        parts.length = at_;
        return !is_cut_;
    }

  private:
    [[nodiscard]] std::uint8_t next() {
        if (at_ >= code_.size()) {
            is_cut_ = true;
            return 0;
        }
        return code_[at_++];
    }

    [[nodiscard]] std::int64_t number(std::size_t bytes) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{next()} << (8 * i);
        if (bytes == 0 || bytes >= 8) return static_cast<std::int64_t>(value);
        const std::uint64_t sign = std::uint64_t{1} << (8 * bytes - 1);
        return static_cast<std::int64_t>((value ^ sign) - sign);
    }

    void prefixes(Parts& parts) {
        for (; at_ < code_.size(); ++at_) {
            const std::uint8_t byte = code_[at_];
            if (byte == 0x66) {
                parts.is_short = true;
            } else if (byte == 0x67) {
                parts.has_short_address = true;
            } else if (byte != 0x2e && byte != 0x36 && byte != 0x3e && byte != 0x26 && byte != 0x64 &&
                       byte != 0x65 && byte != 0xf0 && byte != 0xf2 && byte != 0xf3) {
                break;
            }
        }
        if (at_ < code_.size() && (code_[at_] & 0xf0) == 0x40) rex(parts, code_[at_++]);
    }

    static void rex(Parts& parts, std::uint8_t byte) {
        parts.is_wide = (byte & 8) != 0;
        parts.r = (byte & 4) != 0;
        parts.x = (byte & 2) != 0;
        parts.b = (byte & 1) != 0;
    }

    char opcode(Parts& parts) {
        parts.opcode = next();
        if (parts.opcode == 0xc5) return vector_opcode(parts, 1, 1);
        if (parts.opcode == 0xc4) return vector_opcode(parts, 0x1f, 2);
        if (parts.opcode == 0x62) return vector_opcode(parts, 7, 3);
        if (parts.opcode != 0x0f) return kOneByte[parts.opcode];
        parts.opcode = next();
        parts.map = 1;
        if (parts.opcode == 0x38 || parts.opcode == 0x3a) {
            parts.map = parts.opcode == 0x38 ? 2 : 3;
            parts.opcode = next();
            return parts.map == 2 ? 'm' : 'B';
        }
        return kTwoByte[parts.opcode];
    }

    // VEX and EVEX: `bytes` of prefix, of the first of which `mask` is the table that is meant.
    char vector_opcode(Parts& parts, int mask, int bytes) {
        parts.is_vector = true;
        const std::uint8_t first = next();
        for (int i = 1; i < bytes; ++i) static_cast<void>(next());
        parts.map = bytes == 1 ? 1 : first & mask;
        parts.opcode = next();
        if (parts.map == 3) return 'B';
        if (parts.map != 1) return parts.map == 0 ? 'x' : 'm';
        const char form = kTwoByte[parts.opcode];
        return form == 'B' || parts.opcode == 0x77 ? form : 'm';
    }

    void modrm(Parts& parts) {
        const std::uint8_t byte = next();
        parts.has_modrm = true;
        parts.mod = byte >> 6;
        parts.reg = (byte >> 3 & 7) | (parts.r ? 8 : 0);
        parts.rm = (byte & 7) | (parts.b ? 8 : 0);
        if (parts.mod == 3) return;
        parts.base = parts.rm;
        int low = byte & 7;
        if (low == 4) {
            const std::uint8_t sib = next();
            low = sib & 7;
            parts.base = low | (parts.b ? 8 : 0);
            parts.index = (sib >> 3 & 7) | (parts.x ? 8 : 0);
            if (parts.index == 4) parts.index = -1;
        }
        const bool is_bare = parts.mod == 0 && low == 5;
        if (is_bare) parts.base = -1;
        parts.displacement = number(is_bare || parts.mod == 2 ? 4 : parts.mod == 1 ? 1 : 0);
    }

    static std::size_t immediate_bytes(const Parts& parts, char form) {
        const std::size_t word = parts.is_short && !parts.is_wide ? 2 : 4;
        switch (form) {
            case '1':
            case 'B':
                return 1;
            case '2':
                return 2;
            case '3':
                return 3;
            case 'j':
                return 4;
            case 'z':
            case 'Z':
                return word;
            case 'v':
                return parts.is_wide ? 8 : word;
            case 'o':
                return parts.has_short_address ? 4 : 8;
            case 't':
                return (parts.reg & 7) < 2 ? 1 : 0;
            case 'T':
                return (parts.reg & 7) < 2 ? word : 0;
            default:
                return 0;
        }
    }

    std::span<const std::uint8_t> code_;
    std::size_t at_ = 0;
    bool is_cut_ = false;
};

std::size_t dwarf_number(int machine) {
    return machine < 8 ? kDwarfNumbers[static_cast<std::size_t>(machine)] : static_cast<std::size_t>(machine);
}

// A write of a whole register, of which only rsp and rbp matter.
Kind writes(int machine) {
    if (machine == kSp) return Kind::lose_stack;
    return machine == kBp ? Kind::lose_frame : Kind::other;
}

void set(Instruction& found, Kind kind, std::int64_t value = 0) {
    found.kind = kind;
    found.value = value;
}

// mov and lea into a register.
void into_register(const Parts& parts, Instruction& found) {
    const bool is_lea = parts.opcode == 0x8d;
    const bool is_plain = parts.index < 0 && parts.is_wide && (parts.base == kSp || parts.base == kBp);
    if (is_lea && parts.reg == kSp && is_plain) {
        set(found, parts.base == kSp ? Kind::adjust : Kind::set_stack, parts.displacement);
    } else if (!is_lea && parts.mod == 3 && parts.reg == kSp && parts.rm == kBp && parts.is_wide) {
        set(found, Kind::set_stack);
    } else if (!is_lea && parts.mod != 3 && is_plain && parts.reg != kSp) {
        set(found, Kind::load, parts.displacement);
        found.reg = dwarf_number(parts.reg);
        found.from_frame = parts.base == kBp;
    } else {
        found.kind = writes(parts.reg);
    }
}

// 80, 81, 83: arithmetic with a number.
void with_number(const Parts& parts, Instruction& found) {
    const int what = parts.reg & 7;
    if (parts.mod != 3 || what == 7) return;
    found.kind = writes(parts.rm);
    const bool is_sum = what == 0 || what == 5;
    if (parts.rm == kSp && parts.is_wide && is_sum)
        set(found, Kind::adjust, what == 0 ? parts.immediate : -parts.immediate);
}

// ff: calls, jumps and a push.
void indirect(const Parts& parts, Instruction& found) {
    switch (parts.reg & 7) {
        case 2:
        case 3:
            return set(found, Kind::indirect_call);
        case 4:
        case 5:
            return set(found, parts.mod == 0 && parts.base < 0 && parts.index < 0 ? Kind::tail_jump
                                                                                  : Kind::lost_jump);
        case 6:
            found.reg = kNoRegister;
            return set(found, Kind::push, -8);
        default:
            if (parts.mod == 3) found.kind = writes(parts.rm);
    }
}

// What an opcode does that needs no look at its operands, but for where it leads.
std::optional<Kind> plain_kind(std::uint8_t opcode) {
    switch (opcode) {
        case 0x68:
        case 0x6a:
        case 0x9c:
            return Kind::push;
        case 0x8f:
        case 0x9d:
            return Kind::pop;
        case 0xc2:
        case 0xc3:
            return Kind::ret;
        case 0xc8:
            return Kind::lose_stack;  // enter
        case 0xc9:
            return Kind::leave;
        case 0xcc:
            return Kind::trap;
        case 0xe8:
            return Kind::call;
        case 0xe9:
        case 0xeb:
            return Kind::jump;
        case 0xf4:
            return Kind::halt;
        default:
            if ((opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0xe0 && opcode <= 0xe3)) return Kind::branch;
            return std::nullopt;
    }
}

void plain(const Parts& parts, Kind kind, Instruction& found) {
    if (kind == Kind::push || kind == Kind::pop) found.reg = kNoRegister;
    const bool leads = kind == Kind::call || kind == Kind::jump || kind == Kind::branch;
    set(found, kind, leads ? parts.immediate : 0);
}

// 38 to 3b only compare.
void arithmetic(const Parts& parts, Instruction& found) {
    if (parts.opcode >= 0x38) return;
    const bool is_to_register = (parts.opcode & 2) != 0;
    if (is_to_register || parts.mod == 3) found.kind = writes(is_to_register ? parts.reg : parts.rm);
}

void one_byte(const Parts& parts, Instruction& found) {
    const std::uint8_t opcode = parts.opcode;
    const int low = (opcode & 7) | (parts.b ? 8 : 0);
    if (const auto kind = plain_kind(opcode)) return plain(parts, *kind, found);
    if (opcode < 0x40 && (opcode & 7) <= 3) return arithmetic(parts, found);
    if (opcode >= 0xb8 && opcode <= 0xbf) return set(found, writes(low));
    if (opcode >= 0x50 && opcode <= 0x5f) {
        found.reg = dwarf_number(low);
        return set(found, opcode < 0x58 ? Kind::push : low == kSp ? Kind::lose_stack : Kind::pop);
    }
    switch (opcode) {
        case 0x63:
        case 0x69:
        case 0x6b:
            return set(found, writes(parts.reg));
        case 0x80:
        case 0x81:
        case 0x83:
            return with_number(parts, found);
        case 0x87:
        case 0x89:
        case 0xc7:
            if (parts.mod == 3) found.kind = writes(parts.rm);
            if (opcode == 0x87 && found.kind == Kind::other) found.kind = writes(parts.reg);
            if (opcode == 0x89 && parts.mod == 3 && parts.rm == kSp && parts.reg == kBp && parts.is_wide)
                set(found, Kind::set_stack);
            return;
        case 0x8b:
        case 0x8d:
            return into_register(parts, found);
        case 0x90:
            return set(found, parts.b ? Kind::other : Kind::nop);
        case 0xff:
            return indirect(parts, found);
        default:
            return;
    }
}

void two_byte(const Parts& parts, Instruction& found) {
    const std::uint8_t opcode = parts.opcode;
    if (opcode >= 0x80 && opcode <= 0x8f) return set(found, Kind::branch, parts.immediate);
    if (opcode == 0x0b) return set(found, Kind::trap);
    if (opcode == 0x1f) return set(found, Kind::nop);
    const bool is_extension = opcode == 0xb6 || opcode == 0xb7 || opcode == 0xbe || opcode == 0xbf;
    if ((opcode >= 0x40 && opcode <= 0x4f) || is_extension || opcode == 0xaf) found.kind = writes(parts.reg);
}

}  // namespace

Instruction decode(std::span<const std::uint8_t> code) {
    Instruction found;
    Parts parts;
    if (!Reader(code).read(parts)) return found;
    found.length = parts.length;
    if (parts.is_vector || parts.map > 1) return found;
    if (parts.map == 0)
        one_byte(parts, found);
    else
        two_byte(parts, found);
    return found;
}

}  // namespace rampwatch::native
