// SPDX-License-Identifier: MIT
#include "core/v8/stacks.h"

#include <algorithm>

namespace rampwatch::v8 {
namespace {

std::uint64_t beside(std::uint64_t frame, std::int32_t offset) {
    return frame + static_cast<std::uint64_t>(static_cast<std::int64_t>(offset));
}

class Walk {
  public:
    Walk(Objects& objects, const StackLayout& layout, const StackWords& stack, const IsCode& is_code)
        : objects_(objects), layout_(layout), stack_(stack), is_code_(is_code) {}

    // From the lowest frame that left V8.
    std::vector<RawCall> run(std::size_t from) {
        for (std::size_t i = std::max<std::size_t>(from, 1); i + 1 < stack_.words.size(); ++i) {
            const std::uint64_t frame = stack_.address + 8 * i;
            if (!is_exit(frame)) continue;
            if (const auto end = walk(stack_.at(frame), stack_.at(frame + 8))) i = *end;
        }
        return std::move(calls_);
    }

    // The index behind where it ends; empty, and nothing was found, where it does not end as it should.
    std::optional<std::size_t> walk(std::uint64_t frame, std::uint64_t pc) {
        const std::size_t before = calls_.size();
        while (stack_.holds(frame) && stack_.holds(frame + 8) && calls_.size() < kMostCalls) {
            const std::uint64_t mark = stack_.at(beside(frame, layout_.context));
            if (is_entry(mark)) {
                if (calls_.size() > before) calls_.back().entered = true;
                return (frame - stack_.address) / 8;
            }
            if ((mark & 1) != 0 && !take(frame, pc)) break;
            const std::uint64_t next = stack_.at(frame);
            pc = stack_.at(frame + 8);
            if (next <= frame) break;
            frame = next;
        }
        calls_.resize(before);
        return std::nullopt;
    }

  private:
    [[nodiscard]] static bool is_one_of(std::uint64_t mark, const std::vector<std::int32_t>& kinds) {
        if ((mark & 1) != 0 || mark >> 32 != 0) return false;
        return std::find(kinds.begin(), kinds.end(), static_cast<std::int32_t>(mark >> 1)) != kinds.end();
    }
    [[nodiscard]] bool is_entry(std::uint64_t mark) const { return is_one_of(mark, layout_.entries); }

    // Below the saved frame pointer its kind, above the address that it returns to.
    [[nodiscard]] bool is_exit(std::uint64_t frame) const {
        const std::uint64_t caller = stack_.at(frame);
        return is_one_of(stack_.at(beside(frame, layout_.context)), layout_.exits) && caller > frame &&
               stack_.holds(caller) && is_code_(stack_.at(frame + 8));
    }

    bool take(std::uint64_t frame, std::uint64_t pc) {
        const Layout& layout = objects_.layout();
        RawCall call;
        call.pc = pc;
        call.function = stack_.at(beside(frame, layout_.function));
        if (!layout.is_function(objects_.type_of(call.function))) return false;
        call.shared = objects_.word(call.function, layout.function_shared);
        if (objects_.type_of(call.shared) != layout.shared_function) return false;
        call.bytecode = stack_.at(beside(frame, layout_.bytecode));
        call.offset = stack_.at(beside(frame, layout_.offset));
        calls_.push_back(call);
        return true;
    }

    Objects& objects_;
    const StackLayout& layout_;
    const StackWords& stack_;
    const IsCode& is_code_;
    std::vector<RawCall> calls_{};
};

}  // namespace

std::vector<RawCall> find_calls(Objects& objects, const StackLayout& layout, const StackWords& stack,
                                const IsCode& is_code) {
    return Walk(objects, layout, stack, is_code).run(0);
}

std::vector<RawCall> calls_from(Objects& objects, const StackLayout& layout, const StackWords& stack,
                                std::uint64_t frame_pointer, std::uint64_t pc, const IsCode& is_code) {
    Walk walk(objects, layout, stack, is_code);
    const auto end = walk.walk(frame_pointer, pc);
    if (!end) return {};
    return walk.run(*end + 1);
}

}  // namespace rampwatch::v8
