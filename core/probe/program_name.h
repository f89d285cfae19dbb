// SPDX-License-Identifier: MIT
// What people call a program that an interpreter runs: "gunicorn", "manage.py", not "python3.11". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rampwatch::probe {

// The script, module or console script that a Python runs: its base name, or a module's dotted one; the name
// before the colon where the process has given itself a title ("gunicorn: worker [shop]"). `executable` is a
// path or a comm, `command_line` as /proc/PID/cmdline has it, a zero byte behind each word. Nothing else of
// the command line is looked at: it can hold secrets. Hostile, at most 64 bytes. Empty for what is no Python,
// and for one that runs code of its command line, a terminal or standard input.
std::optional<std::string> program_name(std::string_view executable, std::string_view command_line);

}  // namespace rampwatch::probe
