// SPDX-License-Identifier: MIT
// Reads what a Go runtime prints of its goroutines: on SIGQUIT, in a panic, pprof's debug=2 and goleak. A
// line "goroutine 12 [chan send, 5 minutes]:" - with pprof's labels behind the state since Go 1.26, behind
// the brackets since 1.27 -, then two lines a call, "main.process(0xc000012345, ...)" and
// "\t/src/worker.go:12 +0x1d", then "created by main.main in goroutine 1" in the same way, then the ancestors
// that GODEBUG=tracebackancestors adds. Arguments are passed over unread.
#pragma once

#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {

class GoText : public StackText {
  public:
    using StackText::StackText;

    [[nodiscard]] Head head(std::string_view text) const override;
    [[nodiscard]] bool confirms(std::string_view next) const override;  // a call

  private:
    [[nodiscard]] Start start(std::string_view text) const override;
    [[nodiscard]] bool is_whole(std::string_view text) const override;
    [[nodiscard]] bool may_go_on(std::string_view text) const override;
    bool line(std::string_view text, bool joined) override;
    void blank() override;
    void stray(std::string_view text) override;
    void closing() override;
    [[nodiscard]] bool is_over() const override;
    bool begin(std::string_view text);
    bool call_line(std::string_view text);
    bool source_line(std::string_view text);

    enum class At : std::uint8_t {
        nothing,  // of a goroutine: a log, registers
        frames,
        creator,  // where it was created
        beyond    // ancestors, the system stack: no goroutine's frames
    };
    At at_ = At::nothing;
    bool wants_source_ = false;   // a call was the last line
    bool after_blank_ = false;    // the goroutine may be over
    bool is_spaced_ = false;      // there is an empty line behind every line
    bool may_be_spaced_ = false;  // nothing but its first line has come
    std::string unsure_{};        // a call behind an empty line: one of this goroutine if its source follows
};

}  // namespace rampwatch::stacks
