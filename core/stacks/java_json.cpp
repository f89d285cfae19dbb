// SPDX-License-Identifier: MIT
#include "core/stacks/java_json.h"

#include <string>
#include <utility>

#include "core/base/text.h"
#include "core/stacks/java_frame.h"
#include "core/stacks/json_scan.h"

namespace rampwatch::stacks {
namespace {

constexpr std::string_view kName = "\"threadDump\"";

// Reads the object of one thread, whose beginning has been read. False where it is cut off.
bool read_thread(JsonScan& scan, Stack& stack, std::uint64_t& key) {
    const std::size_t depth = scan.depth();
    std::string name;
    while (true) {
        const JsonScan::Token token = scan.next();
        if (token == JsonScan::Token::broken || token == JsonScan::Token::done) return false;
        if (token == JsonScan::Token::end && scan.depth() < depth) return true;
        const bool is_own = scan.depth() == depth;
        if (token == JsonScan::Token::key && is_own) name = scan.text();
        if (token != JsonScan::Token::string && token != JsonScan::Token::other) continue;
        const std::string_view value = std::string_view(scan.text()).substr(0, kMostName);
        if (is_own && name == "tid") key = static_cast<std::uint64_t>(parse_count(value).value_or(0));
        if (is_own && name == "name") stack.name = value;
        if (is_own && name == "state") stack.state = java_state(value);
        if (is_own || name != "stack" || scan.depth() != depth + 1) continue;
        if (stack.frames.size() >= kMostFrames) {
            stack.truncated = true;
            continue;
        }
        const auto call = java_frame(value);
        if (!call) {
            stack.damaged = true;
            continue;
        }
        Frame frame;
        frame.function = call->function;
        if (call->line) frame.file = std::string(call->file);
        frame.line = call->line;
        stack.frames.push_back(std::move(frame));
    }
}

}  // namespace

std::size_t find_thread_dump(std::string_view text) {
    const auto name = text.find(kName);
    if (name == std::string_view::npos) return name;
    const auto before = text.find_last_not_of(" \t\r\n", name == 0 ? 0 : name - 1);
    return before != std::string_view::npos && text[before] == '{' ? before : std::string_view::npos;
}

ThreadDumpEnd read_thread_dump(std::string_view text,
                               const std::function<void(Stack&&, std::uint64_t)>& sink) {
    JsonScan scan(text);
    std::string key;
    bool is_list = false;  // in "threads"
    std::size_t list_depth = 0;
    while (true) {
        const JsonScan::Token token = scan.next();
        if (token == JsonScan::Token::done) return {scan.at(), true};
        if (token == JsonScan::Token::broken) return {scan.at(), false};
        if (token == JsonScan::Token::key) key = scan.text();
        if (token == JsonScan::Token::array && key == "threads") {
            is_list = true;
            list_depth = scan.depth();
        }
        if (token == JsonScan::Token::end && scan.depth() < list_depth) is_list = false;
        if (token != JsonScan::Token::object || !is_list || scan.depth() != list_depth + 1) continue;
        Stack stack;
        std::uint64_t number = 0;
        if (!read_thread(scan, stack, number)) return {scan.at(), false};
        sink(std::move(stack), number);
    }
}

}  // namespace rampwatch::stacks
