// SPDX-License-Identifier: MIT
// Which way stacks are taken, and what to fall back to; as a Feed for a watch, and at once for everyone else.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/dump/goroutines_step.h"
#include "core/dump/heap_step.h"
#include "core/model/feed.h"
#include "core/model/job.h"
#include "core/model/stack.h"
#include "core/model/target.h"
#include "core/native/native.h"
#include "core/worker/worker.h"

namespace rampwatch::dump {

enum class Choice {
    automatic,  // the gentlest that there is: native, then eu-stack, then gdb
    native,
    eu_stack,
    gdb,
};
std::optional<Choice> choice_of(std::string_view word);  // "auto", "native", "eu-stack", "gdb"

struct Settings {
    Choice backend = Choice::automatic;
    std::chrono::nanoseconds timeout =
        std::chrono::seconds(30);  // of one way; then one quick try with addresses only
    bool quick = false;            // hardly any lines, and by a helper addresses only: the cheapest there is
    std::string guard_program = "/proc/self/exe";  // whose main() knows guard.h's and worker.h's hidden words
    // What the memory is made of, read after the stacks in so long; 0: not.
    std::chrono::nanoseconds memory_budget{};
    // Its heap by type, read last. Of a DumpFeed: where memory grows, or a limit is near.
    HeapSettings heap{};
    // Of the native way. With StopPolicy::none there is no other: both helpers stop what they read.
    native::NativeSettings native{};
    PprofSettings pprof{};  // a Go program's goroutines: from its memory, or as it profiles them itself
    std::shared_ptr<worker::Worker>
        worker{};  // of this life, kept for its next dump; none: one for this dump alone
};

// Starts a dump of the process; its groups come without `change`. Nothing here blocks for longer than a fork
// takes. Errors: gone, no_permission (says which right is missing), unavailable (names the package), io.
Result<std::unique_ptr<Job>> start_dump(const Life& life, const Settings& settings);

// The same, waited for. The target is unharmed whatever happens to us meanwhile.
Result<Dump> take_dump(const Life& life, const Settings& settings, DumpReason reason = DumpReason::asked);

// Dumps for a Session, one at a time: a request that comes while one is under way is answered with a failure.
// What the memory is made of comes with them: with the first one of a life only where that costs next to
// nothing, and with regular ones no more than a hundredth of the time.
class DumpFeed : public Feed {
  public:
    // Who a request's target is; empty when that life is over or unknown.
    using WhoIs = std::function<std::optional<Life>(TargetId, LifeNumber)>;

    DumpFeed(Settings settings, WhoIs who_is);
    ~DumpFeed() override;

    [[nodiscard]] int fd() const override;
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    // One for each worker: it ends by itself when it was idle for long, and has to be waited for then.
    void parts(std::vector<Feed*>& feeds) const override;
    void collect(std::vector<Fact>& facts) override;
    bool perform(const Request& request) override;
    [[nodiscard]] bool busy() const override { return running_ != nullptr || !answers_.empty(); }

  private:
    struct Running;
    class Reaper;
    HeapSettings heap_settings(const Request& request) const;
    std::chrono::nanoseconds memory_budget(const Life& life, DumpReason reason) const;
    void rest(const Life& life, const Result<Dump>& dump);
    void answer(RequestId request, Result<Dump> dump);
    std::shared_ptr<worker::Worker> worker_of(const Life& life);

    Settings settings_;
    WhoIs who_is_;
    std::vector<std::pair<Life, std::shared_ptr<worker::Worker>>>
        workers_{};  // the one used last stands last
    std::vector<std::unique_ptr<Reaper>> reapers_{};
    // Processes whose memory took long to read, and until when it is not read again but for a leak.
    std::vector<std::pair<Life, std::chrono::nanoseconds>> memory_rests_{};
    std::unique_ptr<Running> running_{};
    std::vector<fact::DumpDone> answers_{};
};

}  // namespace rampwatch::dump
