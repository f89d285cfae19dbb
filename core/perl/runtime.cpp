// SPDX-License-Identifier: MIT
#include "core/perl/runtime.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/perl/calls.h"
#include "core/perl/find.h"
#include "core/runtime/record.h"

namespace rampwatch::perl {
namespace {

constexpr std::size_t kMostPlaces = 500'000;  // ever; then all others are one
constexpr std::uint64_t kCallBytes = 256;     // read for a call, about

// Where Perl's own modules and the distribution's packages of others lie.
bool is_library(std::string_view file) {
    static constexpr std::array<std::string_view, 4> kParts = {"/share/perl/5.", "/share/perl5/",
                                                               "/perl-base/", "/lib64/perl5/"};
    return file.find("-linux-gnu/perl") != std::string_view::npos ||
           std::any_of(kParts.begin(), kParts.end(),
                       [&](std::string_view part) { return file.find(part) != std::string_view::npos; });
}

// Functions and lines, each numbered once.
class Places {
  public:
    runtime::FrameId number(const Call& call) {
        const auto key = std::tuple(call.function, call.file, call.line);
        const auto known = numbers_.find(key);
        if (known != numbers_.end()) return known->second;
        if (calls_.size() >= kMostPlaces) return static_cast<runtime::FrameId>(kMostPlaces);
        const auto number = static_cast<runtime::FrameId>(calls_.size());
        calls_.push_back(call);
        numbers_.emplace(key, number);
        return number;
    }
    [[nodiscard]] Frame frame(runtime::FrameId number) const {
        Frame frame;
        frame.language = "perl";
        if (number >= calls_.size()) return frame;
        const Call& call = calls_[number];
        frame.function = call.function;
        if (!call.file.empty()) frame.file = call.file;
        if (call.line > 0) frame.line = call.line;
        frame.library = is_library(call.file);
        return frame;
    }

  private:
    std::map<std::tuple<std::string, std::string, std::int64_t>, runtime::FrameId> numbers_{};
    std::vector<Call> calls_{};
};

// The first interpreter belongs to the process's first thread; those of Perl's own threads are not exported.
class Perl : public runtime::Runtime, public runtime::Threads {
  public:
    Perl(const runtime::Target& target, Interpreter perl) : perl_(std::move(perl)), target_(&target) {}

    [[nodiscard]] std::string_view name() const override { return "Perl"; }
    [[nodiscard]] std::string version() const override { return to_text(perl_.version); }
    [[nodiscard]] bool refresh(const runtime::Target& target) override {
        const probe::Mapping* module = probe::find(target.maps, perl_.module_start);
        if (module == nullptr || module->start != perl_.module_start || module->path != perl_.module)
            return false;
        target_ = &target;
        copied_.reset();
        return true;
    }
    runtime::Threads* threads() override { return this; }
    Frame name_of(runtime::FrameId frame) override { return places_.frame(frame); }
    runtime::TypeName name_of_type(runtime::TypeId) override { return {}; }

    [[nodiscard]] Role role(const Frame& native) const override {
        if (native.function && native.function->starts_with("Perl_runops_")) return Role::loop;
        return native.module == perl_.module ? Role::machinery : Role::other;
    }
    // With their names: an eval's code may be gone a moment later.
    void copy(const runtime::ThreadCopy& thread, runtime::Budget& budget) override {
        if (!thread.leader) return;
        Calls calls = read_calls(target_->memory, perl_);
        copied_.reset();
        if (budget.spend(calls.calls.size() * kCallBytes)) copied_ = std::move(calls);
    }
    runtime::Walked walk(const runtime::ThreadCopy& thread) override {
        runtime::Walked walked;
        if (!thread.leader || !copied_) return walked;
        for (const Call& call : copied_->calls)
            walked.frames.push_back({places_.number(call), 0, call.entered});
        walked.end = copied_->whole ? runtime::End::root : runtime::End::incomplete;
        if (walked.frames.empty()) walked.end = runtime::End::moved;
        return walked;
    }
    void forget() override { copied_.reset(); }

  private:
    Interpreter perl_;
    const runtime::Target* target_;
    Places places_{};
    std::optional<Calls> copied_{};
};

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target, runtime::Budget&) {
    auto perl = find(target);
    if (!perl) return perl.error();
    return std::unique_ptr<runtime::Runtime>(std::make_unique<Perl>(target, std::move(*perl)));
}

}  // namespace

runtime::Entry entry() {
    return {.name = "Perl", .recognise = recognise, .attach = attach, .in_dumps = true};
}

}  // namespace rampwatch::perl
