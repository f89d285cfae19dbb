// SPDX-License-Identifier: MIT
// Reads pprof's goroutine profile as text (/debug/pprof/goroutine?debug=1): "goroutine profile: total 533",
// then a record for equal stacks, "512 @ 0x43e2d6 0x40a25c", with "# labels: {...}" and per frame
// "#\t0x6f1a04\tmain.work+0x64\t/src/pool.go:58". A profile of threads in the same file is passed over.
#pragma once

#include <vector>

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

class GoProfileText : public StackText {
  public:
    using StackText::StackText;

    [[nodiscard]] Head head(std::string_view text) const override;

  private:
    [[nodiscard]] Start start(std::string_view text) const override;
    [[nodiscard]] bool is_whole(std::string_view text) const override;
    [[nodiscard]] bool may_go_on(std::string_view text) const override;
    bool line(std::string_view text, bool joined) override;
    void closing() override;
    [[nodiscard]] bool is_over() const override { return after_blank_; }
    void blank() override;
    bool record_line(std::string_view text);
    bool frame_line(std::string_view text, bool joined);

    bool is_foreign_ = false;  // a profile of something else
    bool after_blank_ = false;
    std::vector<std::uint64_t> addresses_{};  // of the record, where it has no frames
};

}  // namespace rampwatch::stacks
