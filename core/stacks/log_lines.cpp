// SPDX-License-Identifier: MIT
#include "core/stacks/log_lines.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/stacks/clean_line.h"
#include "core/stacks/stack_text.h"

namespace rampwatch::stacks {
namespace {

constexpr std::size_t kMostPrefixes = 64;
constexpr std::size_t kLongestPrefix = 512;

// Where "512 @ 0x43e2d6", a record of a profile, begins in `text`; npos where none does.
std::size_t record_at(std::string_view text) {
    const auto sign = text.find(" @ 0x");
    if (sign == std::string_view::npos || sign > kLongestPrefix) return std::string_view::npos;
    const auto before = text.substr(0, sign).find_last_not_of("0123456789");
    const std::size_t first = before == std::string_view::npos ? 0 : before + 1;
    return first < sign ? first : std::string_view::npos;
}

}  // namespace

LogLines::LogLines(Questions questions, Sink sink)
    : questions_(std::move(questions)), sink_(std::move(sink)), json_([this](std::string_view line) {
          std::string buffer;
          line = without_controls(line, buffer);
          return drop_prompts(line) && questions_.is_head(line);
      }) {}

void LogLines::take_line(std::string_view raw, bool full) {
    if (const auto message = json_.message(raw)) {
        std::string_view text = *message;
        if (text.ends_with('\n')) text.remove_suffix(1);
        std::string buffer;
        for (const std::string_view line : split(text, '\n'))
            plain_line(without_controls(line, buffer), false);
        return;
    }
    if (json_.is_between(raw)) return;
    // A lone carriage return began the line anew.
    if (raw.ends_with('\r'))
        raw.remove_suffix(std::min(raw.size(), raw.size() - 1 - raw.find_last_not_of('\r')));
    if (const auto back = raw.rfind('\r'); back != std::string_view::npos) {
        const std::string_view before = raw.substr(0, back);
        if (!before.starts_with("--") && !before.empty())
            plain_line(without_controls(before, buffer_), false);
        raw = raw.substr(back + 1);
    }
    plain_line(without_controls(raw, buffer_), full);
}

void LogLines::emit(std::string_view text, bool full) {
    if (drop_prompts(text)) sink_(source_, text, full);
}

bool LogLines::known_prefix(std::string_view text, bool full) {
    for (const LogPrefix& prefix : prefixes_) {
        const auto match = prefix.match(text);
        if (!match) continue;
        if (sources_.size() < kMostSources || sources_.contains(match->source))
            source_ = sources_.try_emplace(match->source, sources_.size()).first->second;
        text = text.substr(match->size);
        if (match->is_partial) {
            if (partial_.size() < kMostLine) partial_ += text;
            return true;
        }
        if (partial_.empty()) {
            emit(text, full);
            return true;
        }
        const std::string whole = std::exchange(partial_, {}) + std::string(text);
        emit(whole, false);
        return true;
    }
    return false;
}

// Where in `text` a stack's first line begins, which has something before it; npos where there is none.
std::size_t LogLines::head_at(std::string_view text) const {
    constexpr std::array<std::string_view, 9> kWords = {
        "goroutine ",      "[Goroutine ", "Thread ", "TID ",      "Current thread ",
        "Stack trace of ", "\"",          "#",       "Goroutine "};
    if (text.empty()) return std::string_view::npos;
    if (const auto at = record_at(text); at != std::string_view::npos && questions_.is_head(text.substr(at)))
        return at;
    const bool may = text.find(" profile: total ") != std::string_view::npos || text.back() == ':' ||
                     text.back() == ')' || text.find('"') != std::string_view::npos ||
                     text.find('[') != std::string_view::npos;
    if (!may) return std::string_view::npos;
    for (const std::string_view word : kWords) {
        auto at = text.find(word);
        for (int tries = 0; tries < 4 && at != std::string_view::npos && at <= kLongestPrefix; ++tries) {
            if (questions_.is_head(text.substr(at))) return at;
            at = text.find(word, at + 1);
        }
    }
    return std::string_view::npos;
}

bool LogLines::maybe_learn(std::string_view text, bool full) {
    if (prefixes_.size() >= kMostPrefixes) return false;
    const std::size_t at = head_at(text);
    if (at == std::string_view::npos || at == 0) return false;
    waiting_ = text;
    waiting_at_ = at;
    waiting_full_ = full;
    waits_ = true;
    return true;
}

void LogLines::decide(std::string_view next) {
    waits_ = false;
    const std::string line = std::exchange(waiting_, {});
    std::string_view prefix = std::string_view(line).substr(0, waiting_at_);
    for (const std::string_view prompt :
         {std::string_view("---Type <"), std::string_view("--Type <"), std::string_view("--More--"), kCiMark})
        prefix = prefix.substr(0, prefix.find(prompt));
    const std::string_view head = std::string_view(line).substr(waiting_at_);
    LogPrefix form(prefix);
    // The next line may be another process's, in the same form.
    if (!prefix.empty() && (form.match(next) || form.is_foreign(next))) {
        prefixes_.push_back(std::move(form));
        known_prefix(line, waiting_full_);
        return;
    }
    const bool is_blank = trim(prefix).empty();
    emit(is_blank || questions_.confirms(head, next) ? head : std::string_view(line), waiting_full_);
}

void LogLines::plain_line(std::string_view text, bool full) {
    if (waits_) {
        if (trim(text).empty()) return;
        decide(text);
    }
    if (known_prefix(text, full) || maybe_learn(text, full)) return;
    for (const LogPrefix& prefix : prefixes_) {
        if (prefix.is_foreign(text)) return;
    }
    emit(text, full);
}

void LogLines::finish() {
    if (waits_) decide({});
}

}  // namespace rampwatch::stacks
