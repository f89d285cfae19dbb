// SPDX-License-Identifier: MIT
// A grammar of saved stacks: a dump whose groups are known, in one of the formats, and what screens, logs,
// mails and people do to a text. The unit tests draw from it with seeds, the fuzzer with bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/stacks/text_dumps.h"

namespace rampwatch::test {

// Draws a number from 0 to `below` - 1.
using Draw = std::function<std::size_t(std::size_t below)>;

enum class Tool : std::uint8_t { go, gdb, eu_stack, java, coredump, faulthandler, py_spy, profile };
inline constexpr std::size_t kTools = 8;

struct SavedDump {
    Tool tool = Tool::go;
    std::vector<std::string> lines{};
    std::vector<std::int64_t> groups{};  // threads in each, biggest first
    std::int64_t threads = 0;
};

inline std::string number(std::size_t value) { return std::to_string(value); }

inline void add_go(std::vector<std::string>& lines, std::size_t id, std::size_t place) {
    lines.push_back("goroutine " + number(id) + " [chan send, " + number(id % 9 + 1) + " minutes]:");
    lines.push_back("shop/cart.(*Queue).put" + number(place) + "(0xc000124000, {0xc00001e0a8, 0x" +
                    number(id) + "})");
    lines.push_back("\t/src/shop/cart/queue.go:4" + number(place) + " +0x8c");
    lines.push_back("shop/cart.Handle.func1()");
    lines.push_back("\t/src/shop/cart/handle.go:77 +0x45");
    lines.push_back("created by shop/cart.Handle in goroutine 1");
    lines.push_back("\t/src/shop/cart/handle.go:75 +0x9e");
    lines.emplace_back();
}

inline void add_gdb(std::vector<std::string>& lines, std::size_t id, std::size_t place) {
    lines.push_back("Thread " + number(id) + " (Thread 0x7f7b4ab" + number(80000 + id) + " (LWP " +
                    number(id) + ") \"worker\"):");
    lines.push_back("#0  0x00007f66732458ca in __futex_wait (private=0) at ./nptl/futex.c:57");
    lines.push_back("#1  0x000000347f00a9b0 in pthread_mutex_lock () from /lib64/libpthread.so.0");
    lines.push_back("#2  0x00000000004a1be3 in shop::Queue::put" + number(place) + " (this=0x7f" +
                    number(id) + ", peer=..., name=\"a (b) c\") at ../src/shop/queue.cpp:12" + number(place));
    lines.push_back("#3  0x000000347f007aa1 in start_thread () from /lib64/libpthread.so.0");
    lines.push_back("#4  0x000000347ece8aad in clone () from /lib64/libc.so.6");
    lines.emplace_back();
}

inline void add_eu_stack(std::vector<std::string>& lines, std::size_t id, std::size_t place) {
    lines.push_back("TID " + number(id) + ":");
    lines.push_back("#0  0x00007f66732458ca     __futex_wait - /usr/lib/x86_64-linux-gnu/libc.so.6");
    lines.push_back("#1  0x00000000004a1be3 - 1 shop::Queue::put" + number(place) +
                    "() - /srv/shop/bin/shop");
    lines.push_back("#2  0x000000347ece8aad - 1 __clone3 - /usr/lib/x86_64-linux-gnu/libc.so.6");
}

inline void add_java(std::vector<std::string>& lines, std::size_t id, std::size_t place) {
    lines.push_back("\"pool-" + number(id) + "-thread-1\" #" + number(id) +
                    " prio=5 os_prio=0 tid=0x00007ff4a0140000 nid=" + number(id) +
                    " waiting on condition [0x00007ff4]");
    lines.push_back("   java.lang.Thread.State: WAITING (parking)");
    lines.push_back("\tat jdk.internal.misc.Unsafe.park(java.base@17.0.9/Native Method)");
    lines.push_back("\t- parking to wait for  <0x00000000ce01ec90> (a java.util.concurrent.Exchanger)");
    lines.push_back("\tat shop.rules.Engine$$Lambda$" + number(id) + "/0x00007f0" + number(id) +
                    ".run(Unknown Source)");
    lines.push_back("\tat shop.rules.Engine.take" + number(place) + "(Engine.java:6" + number(place) + ")");
    lines.push_back("\tat java.lang.Thread.run(java.base@17.0.9/Thread.java:840)");
    lines.emplace_back();
}

inline void add_coredump(std::vector<std::string>& lines, std::size_t id, std::size_t place) {
    lines.push_back("Stack trace of thread " + number(id) + ":");
    lines.push_back("#0  0x00007f66732458ca __futex_wait (libpthread.so.0 + 0x158ca)");
    lines.push_back("#1  0x000055bc9da67378 n/a (panel + 0x6037" + number(place) + ")");
    lines.push_back("#2  0x00007f66727c35e3 __clone (libc.so.6 + 0xfe5e3)");
    lines.emplace_back();
}

inline void add_faulthandler(std::vector<std::string>& lines, std::size_t id, std::size_t place) {
    lines.push_back("Thread 0x00007f1c0ff" + number(10000 + id) + " (most recent call first):");
    lines.push_back("  File \"/usr/lib/python3.11/threading.py\", line 327 in wait");
    lines.push_back("  File \"/srv/app/jobs.py\", line 4" + number(place) + " in run");
    lines.push_back("  File \"/usr/lib/python3.11/threading.py\", line 1002 in _bootstrap");
    lines.emplace_back();
}

inline void add_py_spy(std::vector<std::string>& lines, std::size_t id, std::size_t place) {
    lines.push_back("Thread " + number(id) + " (idle): \"worker-" + number(id) + "\"");
    lines.emplace_back("    wait (threading.py:320)");
    lines.push_back("    run (app/jobs.py:4" + number(place) + ")");
    lines.emplace_back("    _bootstrap (threading.py:1002)");
    lines.emplace_back();
}

// A record is of all at one place, so that each may come several times.
inline void add_profile(std::vector<std::string>& lines, std::size_t id, std::size_t place) {
    lines.push_back("1 @ 0x43e5c5 0x44f3c7 0x62e1a4 0x46e1a" + number(id));
    lines.push_back("#\t0x62e1a3\tshop/cart.(*Queue).put" + number(place) +
                    "+0x83\t/src/shop/cart/queue.go:4" + number(place));
    lines.push_back("#\t0x46e1a1\tshop/cart.Handle+0x21\t\t/src/shop/cart/handle.go:77");
    lines.emplace_back();
}

// 2 to 12 threads at up to four places.
inline SavedDump draw_dump(const Draw& draw) {
    constexpr std::array kAdd = {add_go,       add_gdb,          add_eu_stack, add_java,
                                 add_coredump, add_faulthandler, add_py_spy,   add_profile};
    SavedDump dump;
    const std::size_t tool = draw(kTools);
    dump.tool = static_cast<Tool>(tool);
    dump.threads = static_cast<std::int64_t>(2 + draw(11));
    std::map<std::size_t, std::int64_t> places;
    for (std::int64_t i = 0; i < dump.threads; ++i) {
        const std::size_t place = draw(4);
        ++places[place];
        kAdd.at(tool)(dump.lines, 200 + static_cast<std::size_t>(i), place);
    }
    for (const auto& [place, count] : places) dump.groups.push_back(count);
    std::sort(dump.groups.rbegin(), dump.groups.rend());
    return dump;
}

// Each leaves a text that can be read without a doubt.
inline void put_before(std::vector<std::string>& lines, const Draw& draw) {
    const std::size_t form = draw(12);
    std::size_t count = 0;
    for (std::string& line : lines) {
        ++count;
        const std::string clock = "04:1" + number(count % 10) + ":0" + number(count / 10 % 10);
        const std::string nano = number(118273645 + count);
        const std::array<std::string, 12> kForms = {
            "Mar 03 " + clock + " node7 shopd[2211]: ",
            "2026-03-03T" + clock + "+0100 node7 shopd[2211]: ",
            "[" + number(1234 + count) + ".118273] node7 shopd[2211]: ",
            "<14>1 2026-03-03T" + clock + ".118Z node7 shopd 2211 - - ",
            "2026-03-03T" + clock + "." + nano + "Z ",
            "2026-03-03T" + clock + "." + nano + "Z stderr F ",
            "shopd-1  | ",
            "[pod/shopd-7f9c-x2/shopd] ",
            "build\tRun tests\t2026-03-03T" + clock + "." + nano.substr(0, 7) + "Z ",
            "> > ",
            "        ",
            "E0303 " + clock + "." + nano.substr(0, 6) + "       1 dump.go:88] "};
        line.insert(0, kForms.at(form));
    }
}

inline void as_json(std::vector<std::string>& lines, const Draw& draw) {
    const bool is_docker = draw(2) == 0;
    for (std::string& line : lines) {
        std::string text;
        for (const char byte : line) {
            if (byte == '"' || byte == '\\') text += '\\';
            text += byte == '\t' ? std::string("\\t") : std::string(1, byte);
        }
        line = is_docker
                   ? "{\"log\":\"" + text + "\\n\",\"stream\":\"stderr\",\"time\":\"2026-03-03T04:11:09.1Z\"}"
                   : "{\"level\":\"error\",\"ts\":1772500000.12,\"msg\":\"" + text + "\",\"pid\":2211}";
    }
}

// As slog and logrus write text.
inline void as_pairs(std::vector<std::string>& lines, const Draw& draw) {
    const bool is_syslog = draw(2) == 0;
    for (std::string& line : lines) {
        std::string text;
        for (const char byte : line) {
            if (byte == '"' || byte == '\\') text += '\\';
            text += byte == '\t' ? std::string("\\t") : std::string(1, byte);
        }
        const bool is_word = !text.empty() && text.find_first_of(" =\"\\") == std::string::npos;
        line = (is_syslog ? "Mar 03 04:11:09 node7 shopd[2211]: " : "") +
               std::string("time=2026-03-03T04:11:09.118Z level=ERROR msg=") +
               (is_word ? text : '"' + text + '"') + " pid=2211";
    }
}

// An array of objects, as a cloud's command line prints a log.
inline void as_array(std::vector<std::string>& lines, const Draw& draw) {
    as_json(lines, draw);
    std::vector<std::string> result = {"["};
    for (const std::string& line : lines) {
        const auto begin = line.find(line.starts_with("{\"log") ? "\"log" : "\"msg");
        const auto end = line.find(line.starts_with("{\"log") ? ",\"stream" : ",\"pid", begin);
        std::string message = line.substr(begin, end - begin);
        message.insert(message.find(':') + 1, " ");
        result.insert(result.end(), {"  {", "    \"insertId\": \"x7\",", "    " + message + ",",
                                     "    \"timestamp\": \"2026-03-03T04:11:09Z\"", "  },"});
    }
    result.emplace_back("]");
    lines = std::move(result);
}

// Other services write into the same log, without a stack.
inline void beside_others(std::vector<std::string>& lines, const Draw& draw) {
    std::vector<std::string> result;
    for (const std::string& line : lines) {
        result.push_back("shopd-1     | " + line);
        if (draw(2) == 0) result.emplace_back("postgres-1  | LOG:  checkpoint starting: time");
    }
    lines = std::move(result);
}

// As a screen is copied: to its right edge.
inline void padded(std::vector<std::string>& lines, const Draw& draw) {
    const std::size_t width = 130 + draw(40);
    for (std::string& line : lines) line.resize(std::max(line.size(), width), ' ');
}

inline void without_indentation(std::vector<std::string>& lines, const Draw& /*draw*/) {
    for (std::string& line : lines) line.erase(0, line.find_first_not_of(" \t"));
}

inline void with_colours(std::vector<std::string>& lines, const Draw& draw) {
    const std::string escape = draw(2) == 0 ? "\x1b[" : "^[[";
    for (std::string& line : lines) {
        if (const auto name = line.find("put"); name != std::string::npos)
            line.insert(name + 3, escape + "m").insert(name, escape + "33m");
        if (draw(3) == 0 && !line.empty()) line += escape + "K";
    }
}

inline void with_carriage_returns(std::vector<std::string>& lines, const Draw& /*draw*/) {
    for (std::string& line : lines) line += '\r';
}

inline void double_spaced(std::vector<std::string>& lines, const Draw& /*draw*/) {
    std::vector<std::string> result;
    for (const std::string& line : lines) {
        result.push_back(line);
        result.emplace_back();
    }
    lines = std::move(result);
}

inline void with_blanks_for_tabs(std::vector<std::string>& lines, const Draw& draw) {
    const std::string blanks(1 + draw(8), ' ');
    for (std::string& line : lines) {
        if (line.starts_with('\t')) line.replace(0, 1, blanks);
    }
}

// At the width of a screen, in the middle of words.
inline void cut_at_width(std::vector<std::string>& lines, const Draw& draw) {
    const std::size_t width = 48 + draw(40);
    std::vector<std::string> result;
    for (std::string line : lines) {
        while (line.size() > width) {
            result.push_back(line.substr(0, width));
            line.erase(0, width);
        }
        result.push_back(std::move(line));
    }
    lines = std::move(result);
}

// As gdb does on a screen: before a value, or before "at" and "from".
inline void wrapped_by_gdb(std::vector<std::string>& lines, const Draw& draw) {
    std::vector<std::string> result;
    for (const std::string& line : lines) {
        std::string rest = line;
        for (const std::string mark : {" peer=", " name=", " at ", " from "}) {
            const auto at = rest.find(mark);
            if (!line.starts_with('#') || at == std::string::npos || draw(3) == 0) continue;
            result.push_back(rest.substr(0, at + (mark[1] == 'p' || mark[1] == 'n' ? 1 : 0)));
            rest = "    " + rest.substr(at + 1);
        }
        result.push_back(rest);
    }
    lines = std::move(result);
}

inline void with_pager(std::vector<std::string>& lines, const Draw& draw) {
    std::vector<std::string> result;
    for (std::string line : lines) {
        const std::size_t kind = draw(12);
        if (kind == 0) line.insert(0, "---Type <return> to continue, or q <return> to quit---");
        if (kind == 1)
            result.emplace_back("--Type <RET> for more, q to quit, c to continue without paging--");
        if (kind == 2) result.emplace_back("--More--(12%)");
        result.push_back(std::move(line));
    }
    lines = std::move(result);
}

inline void within_a_log(std::vector<std::string>& lines, const Draw& /*draw*/) {
    lines.insert(lines.begin(),
                 {"2026-03-03 04:11:08 INFO listening on :8080", "Thread 12 (cleaner): started",
                  "goroutine pool is full", "java.lang.IllegalStateException: no",
                  "\tat shop.Main.main(Main.java:3)", ""});
    lines.insert(lines.end(), {"", "2026-03-03 04:11:12 INFO bye", "exit status 2"});
}

// What loses something: only what can be noticed.
inline void lose_a_line(SavedDump& dump, const Draw& draw) {
    const std::size_t at = draw(dump.lines.size());
    const bool is_java_detail = dump.tool == Tool::java && !dump.lines[at].starts_with('"');
    const bool is_python_call =
        (dump.tool == Tool::faulthandler || dump.tool == Tool::py_spy) && dump.lines[at].starts_with("  ");
    const bool is_record = dump.tool == Tool::profile;  // its lines are each a call or a number
    if (is_record || dump.lines[at].empty() || is_java_detail || is_python_call) return;
    // Of the last lines of a thread nobody can say that they were there.
    const bool is_last = dump.lines[at].find("clone") != std::string::npos ||
                         dump.lines[at].starts_with("created by") ||
                         dump.lines[at].find("+0x9e") != std::string::npos;
    if (is_last || at == 0) return;
    dump.lines.erase(dump.lines.begin() + static_cast<std::ptrdiff_t>(at));
}

inline void garble_a_line(SavedDump& dump, const Draw& draw) {
    // Not the first one: what stands before the first stack that is known is a log. A name that becomes
    // another name cannot be noticed: no letter, digit or bracket comes out of it.
    constexpr std::string_view kNoise = "%&~^;?";
    std::string& line = dump.lines[1 + draw(dump.lines.size() - 1)];
    for (std::size_t i = draw(4); i < line.size(); i += 1 + draw(2)) line[i] = kNoise[draw(kNoise.size())];
}

inline void put_a_line_between(SavedDump& dump, const Draw& draw) {
    constexpr std::array<const char*, 8> kLines = {"2026-03-03 10:00:00 INFO served in 12 ms",
                                                   "http: TLS handshake error from 10.0.0.1:443: EOF",
                                                   "Thread 12 (worker): started",
                                                   "12 errors",
                                                   "goroutine 7 says hi",
                                                   "# a comment",
                                                   "level=warn msg=\"slow\" took=3s",
                                                   "   indented words of a log"};
    const auto at = static_cast<std::ptrdiff_t>(draw(dump.lines.size()));
    dump.lines.insert(dump.lines.begin() + at, kLines.at(draw(kLines.size())));
}

inline std::string text_of(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    return text;
}

struct Answer {
    std::int64_t threads = 0;
    std::vector<std::int64_t> groups{};
    bool has_doubt = false;  // it says that something was not understood
};

inline Answer read_answer(const std::string& text) {
    stacks::TextDump read = stacks::read_text(text);
    Answer answer{read.stacks.stacks(), {}, read.skipped.lines > 0 || read.stacks.damaged() > 0};
    for (const Group& group : read.stacks.finish()) answer.groups.push_back(group.count);
    std::sort(answer.groups.rbegin(), answer.groups.rend());
    return answer;
}

}  // namespace rampwatch::test
