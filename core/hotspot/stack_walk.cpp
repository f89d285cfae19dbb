// SPDX-License-Identifier: MIT
#include "core/hotspot/stack_walk.h"

#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

// Words of an interpreted frame, from its frame pointer (src/hotspot/cpu/x86/frame_x86.hpp).
constexpr std::uint64_t kSenderSp = 8, kMethod = 24, kBytecode = 64;  // below it
constexpr std::uint64_t kReturn = 8;                                  // above it

class Walk {
  public:
    Walk(const Layout& layout, CodeCache& cache, Methods& methods, const StackBytes& stack, Anchor from)
        : layout_(layout), cache_(cache), methods_(methods), stack_(stack), at_(from) {}

    RawStack run_from_registers() {
        const Code* code = cache_.at(at_.pc);
        if (code == nullptr) return {};
        raw_.codes.push_back(code);
        if (code->kind == CodeKind::interpreter) {
            if (!interpreted()) return {};
            raw_.frames.front().bci = -1;  // it is in a register
        } else {
            const bool is_made = code->kind == CodeKind::compiled && at_.pc >= code->complete;
            if (!is_made || !push(code->method, -1)) return {};
            if (!up(code->frame_bytes)) at_.sp = 0;
        }
        if (at_.sp != 0) run();
        if (raw_.whole) return std::move(raw_);
        raw_.frames.resize(1);
        raw_.codes.resize(1);
        return std::move(raw_);
    }

    void run() {
        std::uint64_t last = 0;
        while (at_.sp != 0) {
            if (at_.pc == 0) at_.pc = stack_.word(at_.sp - 8).value_or(0);
            if (at_.sp <= last || at_.sp >= stack_.end() || raw_.frames.size() >= kMostDepth) return;
            last = at_.sp;
            if (!step()) return;
        }
        raw_.whole = !raw_.frames.empty();
    }

    RawStack release() { return std::move(raw_); }

  private:
    bool step() {
        if (at_.pc == cache_.call_stub_return()) return leave_entry();
        const Code* code = cache_.at(at_.pc);
        if (code == nullptr) return false;
        if (raw_.codes.empty() || raw_.codes.back() != code) raw_.codes.push_back(code);
        if (code->kind == CodeKind::interpreter) return interpreted();
        if (code->kind == CodeKind::compiled && !compiled(*code)) return false;
        if (code->kind == CodeKind::native && !push(code->method, -1)) return false;
        return code->frame_bytes > 0 && up(code->frame_bytes);
    }

    bool push(std::uint64_t method, std::int64_t bci) {
        if (methods_.at(method) == nullptr) return false;
        raw_.frames.push_back({method, bci, at_.sp, false});
        return true;
    }

    // A frame of a known size: above it the return address, below that its caller's frame pointer.
    bool up(std::uint64_t bytes) {
        const std::uint64_t sp = at_.sp + bytes;
        const auto pc = stack_.word(sp - 8), fp = stack_.word(sp - 16);
        if (!pc || !fp) return false;
        at_ = {sp, *pc, *fp};
        return true;
    }

    // A frame whose code is not valid any more has another return address, and keeps the true one.
    bool compiled(const Code& code) {
        std::uint64_t pc = at_.pc;
        if (pc == code.deopt || pc == code.deopt_mh) {
            pc = stack_.word(at_.sp + code.original).value_or(0);
            if (pc < code.begin || pc >= code.end) return false;
        }
        const auto& scopes = cache_.scopes(code, pc);
        for (const Scope& scope : scopes) {
            if (!push(scope.method, scope.bci < 0 ? 0 : scope.bci)) return false;
        }
        return !scopes.empty();
    }

    bool interpreted() {
        const auto method = stack_.word(at_.fp - kMethod), bytecode = stack_.word(at_.fp - kBytecode);
        const auto sp = stack_.word(at_.fp - kSenderSp), pc = stack_.word(at_.fp + kReturn);
        const auto fp = stack_.word(at_.fp);
        const Method* known = method ? methods_.at(*method) : nullptr;
        if (at_.fp <= at_.sp || !bytecode || !sp || !pc || !fp || known == nullptr || *sp <= at_.fp)
            return false;
        std::int64_t bci = -1;
        if (!known->is_native) {
            if (*bytecode < known->code || *bytecode - known->code >= known->bytes) return false;
            bci = static_cast<std::int64_t>(*bytecode - known->code);
        }
        push(*method, bci);
        at_ = {*sp, *pc, *fp};
        return true;
    }

    // Native code called Java here; where it was called by Java itself, that goes on from its own anchor.
    bool leave_entry() {
        if (raw_.frames.empty()) return false;
        raw_.frames.back().entered = true;
        const auto offset = static_cast<std::uint64_t>(8 * layout_.thread.entry_wrapper);
        const auto wrapper = stack_.word(at_.fp + offset);
        if (!wrapper) return false;
        const std::uint64_t anchor = *wrapper + layout_.thread.wrapper_anchor;
        const auto sp = stack_.word(anchor + layout_.thread.anchor_sp);
        const auto pc = stack_.word(anchor + layout_.thread.anchor_pc);
        const auto fp = stack_.word(anchor + layout_.thread.anchor_fp);
        if (!sp || !pc || !fp) return false;
        at_ = {*sp, *pc, *fp};
        return true;
    }

    const Layout& layout_;
    CodeCache& cache_;
    Methods& methods_;
    const StackBytes& stack_;
    Anchor at_;
    RawStack raw_{};
};

}  // namespace

std::optional<std::uint64_t> StackBytes::word(std::uint64_t at) const {
    if (at < address || at - address > bytes.size() || bytes.size() - (at - address) < 8 || at % 8 != 0)
        return std::nullopt;
    return word_at(bytes, at - address);
}

RawStack walk_stack(const Layout& layout, CodeCache& cache, Methods& methods, const StackBytes& stack,
                    const Anchor& from) {
    Walk walk(layout, cache, methods, stack, from);
    walk.run();
    return walk.release();
}

RawStack walk_running(const Layout& layout, CodeCache& cache, Methods& methods, const StackBytes& stack,
                      const Anchor& registers) {
    return Walk(layout, cache, methods, stack, registers).run_from_registers();
}

}  // namespace rampwatch::hotspot
