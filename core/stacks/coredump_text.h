// SPDX-License-Identifier: MIT
// Reads the stacks that systemd-coredump writes into the journal and `coredumpctl info` shows: "Stack trace
// of thread 1412:", then "#0  0x00007f66732458ca read (libc.so.6 + 0x158ca)", "n/a" for what is not known.
#pragma once

#include "core/stacks/numbered_text.h"

namespace rampwatch::stacks {

class CoredumpText : public NumberedText {
  public:
    using NumberedText::NumberedText;

    [[nodiscard]] Head head(std::string_view text) const override;

  private:
    [[nodiscard]] Start start(std::string_view text) const override;
    [[nodiscard]] bool is_whole(std::string_view text) const override {
        return !text.empty() && (text.back() == ')' || text.back() == ':');
    }
    bool line(std::string_view text, bool joined) override;
    void blank() override;
    [[nodiscard]] bool is_over() const override { return after_blank_ || NumberedText::is_over(); }

    bool after_blank_ = false;
    bool is_spaced_ = false, may_be_spaced_ = false;  // an empty line behind every line: behind the first
};

}  // namespace rampwatch::stacks
