// SPDX-License-Identifier: MIT
#include "core/stacks/text_dumps.h"

#include <algorithm>
#include <map>
#include <memory>
#include <unordered_set>
#include <utility>

#include "core/stacks/java_json.h"
#include "core/stacks/log_lines.h"
#include "core/stacks/text_width.h"
#include "core/stacks/utf16.h"

namespace rampwatch::stacks {
namespace {

constexpr std::size_t kMostKeys = 8U << 20;

// The dumps of one process in one format. A dump has ended where a thread comes again; those that came before
// it, but behind something that stood between the stacks, are of the new dump already: gdb and the JVM tell
// the newest threads first.
class Series {
  public:
    explicit Series(std::int64_t wanted) : wanted_(wanted) {}

    // `begun`: how many dumps the text itself has said to begin. `is_apart`: something stood before it.
    void add(Stack&& stack, std::uint64_t key, std::int64_t begun, bool is_apart) {
        const bool is_begun = begun != begun_ && sure_.stacks.stacks() + open_.stacks.stacks() > 0;
        if (is_begun || is_apart || open_.keys.contains(key)) settle();
        if (is_begun || (key != 0 && sure_.keys.contains(key))) next();
        begun_ = begun;
        // Of a running goroutine the runtime prints nothing but its first line, and, in a crash, once more
        // all.
        const bool is_bare = stack.kind == StackKind::goroutine && stack.frames.empty() && key != 0;
        if (is_bare && open_.bare.size() < kMostKeys) {
            open_.bare.insert_or_assign(key, std::move(stack));
            return;
        }
        if (key != 0 && open_.keys.size() < kMostKeys) open_.keys.insert(key);
        open_.stacks.add(std::move(stack));
    }

    void finish() {
        settle();
        close();
    }
    [[nodiscard]] std::int64_t dumps() const { return number_; }
    Grouper& result() { return wanted_ == 0 ? sure_.stacks : kept_; }

  private:
    struct Part {
        Grouper stacks{};
        std::unordered_set<std::uint64_t> keys{};
        std::map<std::uint64_t, Stack> bare{};
    };

    // What came since something stood between is of the same dump as what came before.
    void settle() {
        sure_.stacks.merge(open_.stacks);
        if (sure_.keys.size() < kMostKeys) sure_.keys.merge(open_.keys);
        for (auto& [key, stack] : open_.bare) sure_.bare.insert_or_assign(key, std::move(stack));
        open_ = Part();
    }

    void close() {
        for (auto& [key, stack] : sure_.bare) {
            if (!sure_.keys.contains(key)) sure_.stacks.add(std::move(stack));
        }
        sure_.bare.clear();
        sure_.keys.clear();
        if (number_ == wanted_) kept_ = std::move(sure_.stacks);
    }

    void next() {
        close();
        sure_ = Part();
        ++number_;
    }

    std::int64_t wanted_, number_ = 1, begun_ = 0;
    Part sure_{}, open_{};
    Grouper kept_{};
};

class Reader {
  public:
    explicit Reader(std::int64_t wanted)
        : wanted_(wanted),
          lines_(
              {[this](std::string_view text) { return heads_.head(text) != Head::none; },
               [this](std::string_view head, std::string_view next) { return heads_.confirms(head, next); }},
              [this](std::size_t source, std::string_view text, bool full) {
                  source_of(source).take_line(text, full);
              }) {}

    void read(std::string_view text) {
        const std::size_t width = cut_width(text);
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size());
            const std::string_view line = text.substr(0, end);
            lines_.take_line(line, width != 0 && line.size() >= width && is_full(line, width));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        lines_.finish();
        for (auto& [source, lines] : texts_) lines->finish();
    }

    // Threads in JSON, and behind them what else there is.
    std::string_view read_json(std::string_view text) {
        const auto end = read_thread_dump(text, [this](Stack&& stack, std::uint64_t key) {
            add(0, TextFormat::java_file, std::move(stack), key, documents_, false);
        });
        ++documents_;
        if (!end.is_whole) ++result_.skipped.lines;
        return text.substr(std::max<std::size_t>(end.size, 1));
    }

    TextDump finish() {
        std::unordered_set<std::size_t> sources;
        for (auto& [place, series] : series_) {
            sources.insert(place.first);
            series.finish();
            result_.dumps = std::max(result_.dumps, series.dumps());
            result_.stacks.merge(series.result());
        }
        for (const auto& [source, lines] : texts_) {
            result_.skipped.lines += lines->skipped().lines;
            result_.skipped.cut += lines->skipped().cut;
        }
        result_.sources = static_cast<std::int64_t>(sources.size());
        return std::move(result_);
    }

  private:
    static bool is_full(std::string_view line, std::size_t width) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        return columns_of(line) == width && !line.ends_with("  ");  // as wide as a screen, by its blanks
    }

    AnyText& source_of(std::size_t source) {
        auto& text = texts_[source];
        if (!text) {
            text = std::make_unique<AnyText>(
                [this, source](TextFormat format, const StackText& parser, Stack&& stack) {
                    add(source, format, std::move(stack), parser.key(), parser.begun(), parser.is_apart());
                });
        }
        return *text;
    }

    void add(std::size_t source, TextFormat format, Stack&& stack, std::uint64_t key, std::int64_t begun,
             bool is_apart) {
        const auto [place, is_new] = series_.try_emplace({source, format}, wanted_);
        if (is_new &&
            std::find(result_.formats.begin(), result_.formats.end(), format) == result_.formats.end())
            result_.formats.push_back(format);
        place->second.add(std::move(stack), key, begun, is_apart);
    }

    std::int64_t wanted_, documents_ = 0;
    AnyText heads_{[](TextFormat, const StackText&, Stack&&) {}};  // asked for first lines alone
    LogLines lines_;
    std::map<std::size_t, std::unique_ptr<AnyText>> texts_{};
    std::map<std::pair<std::size_t, TextFormat>, Series> series_{};
    TextDump result_{};
};

}  // namespace

TextDump read_text(std::string_view text, std::int64_t wanted) {
    if (is_utf16(text)) return read_text(utf8_of_utf16(text), wanted);
    Reader reader(wanted);
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::size_t json = find_thread_dump(text);
    while (json != std::string_view::npos) {
        reader.read(text.substr(0, json));
        text = reader.read_json(text.substr(json));
        json = find_thread_dump(text);
    }
    reader.read(text);
    return reader.finish();
}

}  // namespace rampwatch::stacks
