// SPDX-License-Identifier: MIT
#include "core/helper/helper.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/poller.h"
#include "core/base/subprocess.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/helper/guard.h"
#include "core/helper/target_facts.h"
#include "core/stacks/grouper.h"

namespace rampwatch::helper {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr std::size_t kMostOutputBytes = 128U << 20;
constexpr std::size_t kMostHeadBytes = 16U << 20;  // what the guard says before the helper's own output
// Past the helper's deadline: its gentle end, looking after the target, handing over.
constexpr nanoseconds kGuardSlack = std::chrono::seconds(40);

// The line of a helper's stderr that says most, for people.
std::string complaint(std::string_view errors) {
    for (std::string_view line : split(errors, '\n')) {
        line = trim(line);
        if (line.empty() || line.starts_with("warning:") || line.starts_with("guard:")) continue;
        return escape(line, 300);
    }
    return {};
}

std::int64_t complaints(std::string_view errors) {
    const auto lines = split(errors, '\n');
    return std::count_if(lines.begin(), lines.end(), [](std::string_view line) {
        return !trim(line).empty() && !line.starts_with("guard:");
    });
}

class HelperJob : public Job {
  public:
    HelperJob(HelperSpec spec, Life life, HelperRunSettings settings, Subprocess process)
        : spec_(std::move(spec)),
          life_(std::move(life)),
          settings_(std::move(settings)),
          process_(std::move(process)),
          give_up_(boot_now() + settings_.timeout + kGuardSlack) {}

    [[nodiscard]] int fd() const override { return process_.poll_fd(); }
    [[nodiscard]] std::optional<nanoseconds> deadline() const override { return give_up_; }

    bool turn() override {
        const bool open = process_.drain();
        process_.exit_status();  // the process that we started ends at once: the guard lives on without it
        take_output(process_.take_output());
        errors_ += process_.take_errors();
        if (open && boot_now() < give_up_) return false;
        if (parser_) parser_->finish();
        return true;
    }

    Result<Dump> result() override {
        const auto last = errors_.find_last_not_of('\n');
        const auto begin = last == std::string::npos ? last : errors_.rfind('\n', last);
        const auto end =
            last == std::string::npos ? std::nullopt : parse_end(std::string_view(errors_).substr(begin + 1));
        if (!end) undo_without_guard();
        if (end && !end->failure.empty()) return error(Error::Kind::gone, end->failure);
        if (!parser_ || parser_->stacks() == 0) return nothing(end);
        Dump dump;
        dump.backend = spec_.backend;
        dump.threads = grouper_.stacks();
        warn(dump, end);
        dump.groups = grouper_.finish();
        return dump;
    }

  private:
    void take_output(std::string_view text) {
        if (parser_) return parser_->feed(text);
        head_ += text;
        constexpr std::string_view kMark = "\noutput\n";
        const auto mark = head_.find(kMark, searched_ > kMark.size() ? searched_ - kMark.size() : 0);
        searched_ = head_.size();
        if (mark == std::string::npos) {
            if (head_.size() > kMostHeadBytes) head_.resize(kMostHeadBytes);
            return;
        }
        for (const std::string_view line : split(std::string_view(head_).substr(0, mark), '\n'))
            parse_fact(line, facts_);
        modules_ = stacks::ModuleMap(facts_.modules);
        parser_ = spec_.parser(modules_, [this](Stack&& stack) { add(std::move(stack)); });
        parser_->feed(std::string_view(head_).substr(mark + kMark.size()));
        head_ = {};
    }

    // The kernel's name of a thread is the true one; the helper's text has it cut or not at all.
    void add(Stack&& stack) {
        const auto fact = facts_.threads.find(static_cast<pid_t>(stack.id));
        if (fact != facts_.threads.end()) {
            stack.name = fact->second.name;
            if (!fact->second.wait_word.empty()) stack.state = fact->second.wait_word;
        }
        if (!spec_.names) stack.truncated = false;
        grouper_.add(std::move(stack));
    }

    [[nodiscard]] Error error(Error::Kind kind, std::string what, std::string hint = {}) const {
        return {kind, std::move(what), fmt::format("PID {}", life_.pid), std::move(hint)};
    }

    [[nodiscard]] Error nothing(const std::optional<HelperEnd>& end) const {
        const std::string said = complaint(errors_);
        if (!end) return error(Error::Kind::io, spec_.backend + " ended with its guard: no stacks");
        if (end->timed_out) {
            return error(Error::Kind::timed_out,
                         fmt::format("{} showed no stack within {}", spec_.backend,
                                     format_duration(settings_.timeout)),
                         "a larger --dump-timeout may help");
        }
        if (end->signalled)
            return error(Error::Kind::io,
                         fmt::format("{} was ended by signal {}", spec_.backend, end->number));
        if (said.find("not permitted") != std::string::npos)
            return error(Error::Kind::no_permission,
                         fmt::format("{} may not attach: {}", spec_.backend, said));
        return error(Error::Kind::unavailable, fmt::format("{} showed no stack{}{}", spec_.backend,
                                                           said.empty() ? ", without a reason" : ": ", said));
    }

    void warn(Dump& dump, const std::optional<HelperEnd>& end) const {
        const auto say = [&](std::string sentence) { dump.warnings.push_back(std::move(sentence)); };
        const auto known = static_cast<std::int64_t>(facts_.threads.size());
        const std::int64_t missing = std::max<std::int64_t>(known - dump.threads, 0);
        dump.timed_out = !end || end->timed_out;
        if (dump.timed_out) {
            say(fmt::format("{} was ended after {}; it had shown {} of {} threads.", spec_.backend,
                            format_duration(settings_.timeout), dump.threads, std::max(known, dump.threads)));
        } else if (missing > 0) {
            say(fmt::format("{} of {} threads could not be read, or had just ended.", missing, known));
        }
        if (end && !end->timed_out && (end->signalled || end->number != 0)) say(ended_badly(*end));
        if (end && end->continued > 0) {
            say(fmt::format("{} left the target stopped; it was sent on by SIGCONT.", spec_.backend));
        }
        const stacks::Skipped skipped = parser_->skipped();
        if (skipped.lines > 0)
            say(fmt::format("{} lines of {} were not understood.", skipped.lines, spec_.backend));
        if (skipped.cut > 0)
            say(fmt::format("{} lines, names or stacks were too long and were cut.", skipped.cut));
        if (process_.output_cut()) say(fmt::format("What {} printed was more than we read.", spec_.backend));
        if (grouper_.ungrouped() > 0) {
            say(fmt::format("{} stacks were left out: there were too many different ones.",
                            grouper_.ungrouped()));
        }
    }

    [[nodiscard]] std::string ended_badly(const HelperEnd& end) const {
        if (end.signalled) return fmt::format("{} was ended by signal {}.", spec_.backend, end.number);
        const std::string said = complaint(errors_);
        const std::int64_t count = complaints(errors_);
        if (said.empty()) return fmt::format("{} ended with status {}.", spec_.backend, end.number);
        if (count <= 1) return fmt::format("{} could not read everything: {}.", spec_.backend, said);
        return fmt::format("{} could not read everything ({} complaints; the first: {}).", spec_.backend,
                           count, said);
    }

    // The guard itself was killed, or never answered: another one sees to it that the target goes on.
    void undo_without_guard() const {
        const GuardOrder order{life_.pid, life_.start_ticks, milliseconds(0), milliseconds(0), {}};
        auto process = Subprocess::start(guard_argv(settings_.guard_program, order), {});
        static_cast<void>(process);
    }

    HelperSpec spec_;
    Life life_;
    HelperRunSettings settings_;
    Subprocess process_;
    nanoseconds give_up_;
    std::string head_{}, errors_{};
    std::size_t searched_ = 0;
    TargetFacts facts_{};
    stacks::ModuleMap modules_{};
    std::unique_ptr<stacks::StackText> parser_{};
    stacks::Grouper grouper_{};
};

}  // namespace

std::string find_program(const std::string& name) {
    for (const char* directory :
         {"/usr/local/bin/", "/usr/bin/", "/bin/", "/usr/local/sbin/", "/usr/sbin/", "/sbin/"}) {
        std::string path = directory + name;
        if (::access(path.c_str(), X_OK) == 0) return path;
    }
    return {};
}

Result<std::unique_ptr<Job>> start_helper(const HelperSpec& spec, const Life& life,
                                          const HelperRunSettings& settings) {
    HelperSpec found = spec;
    found.argv.front() = find_program(spec.argv.front());
    if (found.argv.front().empty()) {
        return Error{Error::Kind::unavailable,
                     fmt::format("{} is not installed", spec.argv.front()),
                     {},
                     fmt::format("apt-get install {}", spec.package)};
    }
    const GuardOrder order{life.pid, life.start_ticks,
                           std::chrono::duration_cast<milliseconds>(settings.timeout), spec.linger,
                           found.argv};
    SubprocessOptions options;
    options.most_output_bytes = kMostOutputBytes;
    options.environment = {"DEBUGINFOD_URLS="};
    auto process = Subprocess::start(guard_argv(settings.guard_program, order), options);
    if (!process) return process.error();
    return std::unique_ptr<Job>(
        std::make_unique<HelperJob>(std::move(found), life, settings, std::move(*process)));
}

}  // namespace rampwatch::helper
