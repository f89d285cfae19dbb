// SPDX-License-Identifier: MIT
#include "core/native/frame_rule.h"

#include <algorithm>
#include <array>

namespace rampwatch::native {
namespace {

constexpr std::size_t kMostSteps = 1000;
constexpr std::size_t kMostDepth = 64;
constexpr std::uint64_t kMostFrameBytes = std::uint64_t{64} << 20;

// DW_OP_*, DWARF 5 table 7.9
enum Op : std::uint8_t {
    op_addr = 0x03,
    op_deref = 0x06,
    op_const1u = 0x08,
    op_consts = 0x11,
    op_dup = 0x12,
    op_drop = 0x13,
    op_over = 0x14,
    op_pick = 0x15,
    op_swap = 0x16,
    op_rot = 0x17,
    op_abs = 0x19,
    op_and = 0x1a,
    op_div = 0x1b,
    op_minus = 0x1c,
    op_mod = 0x1d,
    op_mul = 0x1e,
    op_neg = 0x1f,
    op_not = 0x20,
    op_or = 0x21,
    op_plus = 0x22,
    op_plus_uconst = 0x23,
    op_shl = 0x24,
    op_shr = 0x25,
    op_shra = 0x26,
    op_xor = 0x27,
    op_bra = 0x28,
    op_eq = 0x29,
    op_ge = 0x2a,
    op_gt = 0x2b,
    op_le = 0x2c,
    op_lt = 0x2d,
    op_ne = 0x2e,
    op_skip = 0x2f,
    op_lit0 = 0x30,
    op_lit31 = 0x4f,
    op_breg0 = 0x70,
    op_breg31 = 0x8f,
    op_bregx = 0x92,
    op_deref_size = 0x94,
    op_nop = 0x96,
    op_call_frame_cfa = 0x9c,
    op_stack_value = 0x9f,
};

class Machine {
  public:
    Machine(const Expression& expression, const Registers& registers, std::optional<std::uint64_t> cfa,
            const ReadWord& read)
        : expression_(expression), registers_(registers), cfa_(cfa), read_(read) {}

    Value run() {
        std::size_t steps = 0;
        for (std::size_t at = 0; at < expression_.size() && why_ == EvalFailure::none; ++at) {
            if (++steps > kMostSteps) return {{}, EvalFailure::bad};
            execute(expression_[at], at);
        }
        if (why_ != EvalFailure::none) return {{}, why_};
        if (depth_ == 0) return {{}, EvalFailure::bad};
        return {stack_[depth_ - 1], EvalFailure::none};
    }

  private:
    void fail(EvalFailure why) { why_ = why; }
    void push(std::uint64_t value) {
        if (depth_ == kMostDepth) return fail(EvalFailure::bad);
        stack_[depth_++] = value;
    }
    std::uint64_t pop() {
        if (depth_ == 0) return fail(EvalFailure::bad), 0;
        return stack_[--depth_];
    }
    std::uint64_t peek(std::uint64_t index) {
        if (index >= depth_) return fail(EvalFailure::bad), 0;
        return stack_[depth_ - 1 - index];
    }
    void push_register(std::uint64_t number, std::uint64_t offset) {
        if (number >= kRegisterCount || !registers_.knows(number)) return fail(EvalFailure::unknown_register);
        push(registers_.values[number] + offset);
    }
    void dereference(std::uint64_t bytes) {
        const auto word = read_(pop());
        if (!word) return fail(EvalFailure::outside);
        if (bytes == 0 || bytes > 8) return fail(EvalFailure::bad);
        push(bytes == 8 ? *word : *word & ((std::uint64_t{1} << (8 * bytes)) - 1));
    }
    // To the operation whose offset is `target`; past the last one ends the run.
    void jump(const Operation& operation, std::size_t& at) {
        const auto found = std::find_if(expression_.begin(), expression_.end(), [&](const Operation& other) {
            return other.offset == operation.offset + 3 + operation.number;
        });
        at = static_cast<std::size_t>(found - expression_.begin()) - 1;  // wraps to the first: at + 1 is next
    }

    void execute(const Operation& operation, std::size_t& at) {
        const std::uint8_t atom = operation.atom;
        if (atom >= op_lit0 && atom <= op_lit31) return push(atom - op_lit0);
        if (atom >= op_breg0 && atom <= op_breg31) return push_register(atom - op_breg0, operation.number);
        if (atom == op_addr || (atom >= op_const1u && atom <= op_consts)) return push(operation.number);
        switch (atom) {
            case op_bregx:
                return push_register(operation.number, operation.number2);
            case op_deref:
                return dereference(8);
            case op_deref_size:
                return dereference(operation.number);
            case op_dup:
                return push(peek(0));
            case op_over:
                return push(peek(1));
            case op_pick:
                return push(peek(operation.number));
            case op_drop:
                pop();
                return;
            case op_swap:
                return rotate(2);
            case op_rot:
                return rotate(3);
            case op_plus_uconst:
                return push(pop() + operation.number);
            case op_abs:
                return push(magnitude(pop()));
            case op_neg:
                return push(0 - pop());
            case op_not:
                return push(~pop());
            case op_skip:
                return jump(operation, at);
            case op_bra:
                if (pop() != 0) jump(operation, at);
                return;
            case op_call_frame_cfa:
                return cfa_ ? push(*cfa_) : fail(EvalFailure::bad);
            case op_nop:
            case op_stack_value:
                return;
            default:
                return binary(atom);
        }
    }

    void rotate(std::size_t count) {
        if (depth_ < count) return fail(EvalFailure::bad);
        const auto top = stack_.begin() + static_cast<std::ptrdiff_t>(depth_);
        std::rotate(top - static_cast<std::ptrdiff_t>(count), top - 1, top);
    }

    static std::uint64_t magnitude(std::uint64_t value) {
        return static_cast<std::int64_t>(value) < 0 ? 0 - value : value;
    }

    void binary(std::uint8_t atom) {
        const std::uint64_t right = pop(), left = pop();
        const auto signed_right = static_cast<std::int64_t>(right),
                   signed_left = static_cast<std::int64_t>(left);
        switch (atom) {
            case op_plus:
                return push(left + right);
            case op_minus:
                return push(left - right);
            case op_mul:
                return push(left * right);
            case op_and:
                return push(left & right);
            case op_or:
                return push(left | right);
            case op_xor:
                return push(left ^ right);
            case op_shl:
                return push(right < 64 ? left << right : 0);
            case op_shr:
                return push(right < 64 ? left >> right : 0);
            case op_shra:
                return push(static_cast<std::uint64_t>(signed_left >> std::min<std::uint64_t>(right, 63)));
            case op_eq:
                return push(left == right ? 1 : 0);
            case op_ne:
                return push(left != right ? 1 : 0);
            case op_ge:
                return push(signed_left >= signed_right ? 1 : 0);
            case op_gt:
                return push(signed_left > signed_right ? 1 : 0);
            case op_le:
                return push(signed_left <= signed_right ? 1 : 0);
            case op_lt:
                return push(signed_left < signed_right ? 1 : 0);
            case op_mod:
                return right == 0 ? fail(EvalFailure::bad) : push(left % right);
            case op_div:
                if (right == 0 || (signed_right == -1 && left == 0 - left)) return fail(EvalFailure::bad);
                return push(static_cast<std::uint64_t>(signed_left / signed_right));
            default:
                return fail(EvalFailure::bad);
        }
    }

    const Expression& expression_;
    const Registers& registers_;
    std::optional<std::uint64_t> cfa_;
    const ReadWord& read_;
    std::array<std::uint64_t, kMostDepth> stack_{};
    std::size_t depth_ = 0;
    EvalFailure why_ = EvalFailure::none;
};

Step::Kind kind_of(EvalFailure why) {
    if (why == EvalFailure::unknown_register) return Step::Kind::unknown_register;
    return why == EvalFailure::outside ? Step::Kind::outside : Step::Kind::bad;
}

}  // namespace

Value evaluate(const Expression& expression, const Registers& registers, std::optional<std::uint64_t> cfa,
               const ReadWord& read) {
    return Machine(expression, registers, cfa, read).run();
}

Step step(const FrameRule& rule, const Registers& registers, const ReadWord& read) {
    Step result;
    const Value cfa = evaluate(rule.cfa, registers, std::nullopt, read);
    if (!cfa.value) return {kind_of(cfa.why), {}};
    result.registers.set(kStackPointer, *cfa.value);
    for (std::size_t number = 0; number < kRegisterCount; ++number) {
        const RegisterRule& wanted = rule.registers[number];
        const bool is_return = number == rule.return_register;
        if (wanted.kind == RegisterRule::Kind::undefined) {
            if (is_return) return {Step::Kind::root, {}};
            continue;
        }
        if (wanted.kind == RegisterRule::Kind::same) {
            if (number == kStackPointer) continue;
            if (is_return) return {Step::Kind::bad, {}};
            if (registers.knows(number)) result.registers.set(number, registers.values[number]);
            continue;
        }
        Value value = evaluate(wanted.expression, registers, cfa.value, read);
        if (value.value && wanted.kind == RegisterRule::Kind::at) {
            value.value = read(*value.value);
            if (!value.value) value.why = EvalFailure::outside;
        }
        if (value.value)
            result.registers.set(number, *value.value);
        else if (is_return)
            return {kind_of(value.why), {}};
        else
            result.registers.forget(number);
    }
    result.registers.set(kProgramCounter, result.registers.values[rule.return_register]);
    result.kind = result.registers.values[kProgramCounter] == 0 ? Step::Kind::root : Step::Kind::caller;
    return result;
}

Step step_by_frame_pointer(const Registers& registers, const ReadWord& read) {
    if (!registers.knows(kFramePointer)) return {Step::Kind::unknown_register, {}};
    const std::uint64_t frame = registers.values[kFramePointer];
    if (frame == 0) return {Step::Kind::root, {}};
    const std::uint64_t sp = registers.values[kStackPointer];
    if (frame < sp || frame - sp > kMostFrameBytes || frame % 8 != 0) return {Step::Kind::bad, {}};
    const auto saved = read(frame);
    const auto back = read(frame + 8);
    if (!saved || !back) return {Step::Kind::outside, {}};
    if (*back == 0) return {Step::Kind::root, {}};
    Step result;
    result.kind = Step::Kind::caller;
    result.registers.set(kFramePointer, *saved);
    result.registers.set(kStackPointer, frame + 16);
    result.registers.set(kProgramCounter, *back);
    return result;
}

}  // namespace rampwatch::native
