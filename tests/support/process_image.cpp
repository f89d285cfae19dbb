// SPDX-License-Identifier: MIT
#include "tests/support/process_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>

#include "core/base/text.h"
#include "tests/catch.h"

namespace rampwatch::test {
namespace {

std::uint64_t number(std::string_view word, int base) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
    REQUIRE((error == std::errc() && end == word.data() + word.size()));
    return value;
}

probe::PageSet set_of(const std::vector<probe::PageRun>& runs) {
    probe::PageSet set;
    for (const probe::PageRun& run : runs) REQUIRE(set.add(run));
    return set;
}

std::string line_of(const Frame& frame) {
    return fmt::format("  {} {}:{}\n", frame.function.value_or("?"), frame.file.value_or("?"),
                       frame.line.value_or(-1));
}

class Telling : public runtime::Sink {
  public:
    explicit Telling(runtime::Runtime& runtime) : runtime_(runtime) {}

    void add(const runtime::Task& task) override {
        std::string text = task.torn ? "torn\n" : fmt::format("task [{}]\n", task.waits_for);
        for (const runtime::FrameId frame : task.frames) {
            if (!task.torn) text += line_of(runtime_.name_of(frame));
        }
        texts.push_back(std::move(text));
    }
    void add(const runtime::TypeRow&) override {}

    std::vector<std::string> texts{};

  private:
    runtime::Runtime& runtime_;
};

}  // namespace

ProcessImage ProcessImage::parse(std::string_view text) {
    ProcessImage image;
    std::string memory;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t blank = line.rfind(' ');
        if (line.starts_with("map ")) {
            image.map_lines.emplace_back(line.substr(4));
        } else if (line.starts_with("tid ")) {
            image.tids.emplace_back(static_cast<pid_t>(number(line.substr(4, blank - 4), 10)),
                                    static_cast<pid_t>(number(line.substr(blank + 1), 10)));
        } else if (line.starts_with("page ")) {
            image.pages.push_back(
                {number(line.substr(5, blank - 5), 16), number(line.substr(blank + 1), 16)});
        } else if (line.starts_with("at ")) {
            const std::size_t second = line.find(' ', 3);
            runtime::ThreadCopy& thread = image.standing.emplace_back();
            thread.tid = static_cast<pid_t>(number(line.substr(3, second - 3), 10));
            thread.sp = number(line.substr(second + 1, blank - second - 1), 16);
            thread.pc = number(line.substr(blank + 1), 16);
        } else {
            memory += std::string(line) + "\n";
        }
    }
    auto words = probe::MemoryImage::parse(memory);
    REQUIRE(words);
    image.memory = std::move(*words);
    return image;
}

std::string ProcessImage::text() const {
    std::string text;
    for (const std::string& line : map_lines) text += "map " + line + "\n";
    for (const auto& [ours, theirs] : tids) text += fmt::format("tid {} {}\n", ours, theirs);
    for (const probe::PageRun& run : pages) text += fmt::format("page {:x} {:x}\n", run.first, run.count);
    for (const runtime::ThreadCopy& thread : standing)
        text += fmt::format("at {} {:x} {:x}\n", thread.tid, thread.sp, thread.pc);
    return text + memory.text();
}

ImageTarget::ImageTarget(const ProcessImage& image)
    : maps_([&] {
          std::string lines;
          for (const std::string& line : image.map_lines) lines += line + "\n";
          return probe::parse_maps(lines);
      }()),
      pages_(set_of(image.pages)),
      tids_(image.tids),
      target_{image.memory, maps_, &pages_, tids_, probe::Arch::x86_64, {}} {}

std::vector<std::string> tell_threads(runtime::Runtime& runtime, const std::vector<pid_t>& tids) {
    std::vector<runtime::ThreadCopy> threads(tids.size());
    for (std::size_t i = 0; i < tids.size(); ++i) {
        threads[i].tid = tids[i];
        threads[i].leader = i == 0;
    }
    return tell_standing(runtime, threads);
}

std::vector<std::string> tell_standing(runtime::Runtime& runtime,
                                       const std::vector<runtime::ThreadCopy>& threads) {
    std::vector<std::string> texts;
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    for (const runtime::ThreadCopy& thread : threads) {
        runtime.threads()->copy(thread, budget);
        const runtime::Walked walked = runtime.threads()->walk(thread);
        if (walked.end == runtime::End::idle) continue;
        std::string text = fmt::format("thread {}\n", thread.tid);
        for (const runtime::PlacedFrame& frame : walked.frames) text += line_of(runtime.name_of(frame.frame));
        if (walked.end != runtime::End::root) text += "  and no further\n";
        texts.push_back(std::move(text));
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

std::vector<std::string> tell_tasks(runtime::Runtime& runtime) {
    Telling telling(runtime);
    runtime::Budget budget =
        runtime::budget_of(std::uint64_t{1} << 34, std::chrono::seconds(60), std::chrono::seconds(60));
    const auto rest = runtime.exact()->tasks(telling, budget);
    REQUIRE(rest);
    std::sort(telling.texts.begin(), telling.texts.end());
    return std::move(telling.texts);
}

// One byte in some thousand, in the text of it, where every digit is half a byte.
void change_bytes(const probe::MemoryImage& whole, std::mt19937& random, probe::MemoryImage& into) {
    std::string text = whole.text();
    const std::size_t changes = 1 + random() % (text.size() / 500);
    for (std::size_t i = 0; i < changes; ++i) {
        const std::size_t at = random() % text.size();
        const std::size_t start = text.rfind('\n', at) + 1;  // of its line; 0 for the first
        const std::size_t blank = text.find(' ', start);
        const bool is_byte = std::isxdigit(static_cast<unsigned char>(text[at])) != 0 && blank < at;
        const bool is_run = text.find('*', start) < text.find('\n', start);
        if (is_byte && !is_run) text[at] = "0123456789abcdef"[random() % 16];
    }
    auto changed = probe::MemoryImage::parse(text);
    REQUIRE(changed);
    into = std::move(*changed);
}

}  // namespace rampwatch::test
