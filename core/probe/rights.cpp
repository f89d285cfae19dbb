// SPDX-License-Identifier: MIT
#include "core/probe/rights.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

std::string first_line(const std::string& path, std::string_view key) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), std::fclose);
    std::array<char, 512> line{};
    while (file && std::fgets(line.data(), line.size(), file.get()) != nullptr) {
        std::string_view text(line.data());
        if (text.ends_with('\n')) text.remove_suffix(1);
        if (text.starts_with(key)) return std::string(trim(text.substr(key.size())));
    }
    return {};
}

// The real user of `pid`.
std::optional<std::int64_t> user_of(pid_t pid) {
    std::string uids = first_line(fmt::format("/proc/{}/status", pid), "Uid:");
    return parse_count(split(uids, '\t').front());
}

bool has_capability(int number) {
    const std::string text = first_line("/proc/self/status", "CapEff:");
    std::uint64_t held = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), held, 16);
    return parsed.ec == std::errc() && ((held >> number) & 1U) != 0;
}

// The first one maps every user to itself.
bool in_user_namespace() {
    std::istringstream map(first_line("/proc/self/uid_map", {}));
    std::uint64_t inside = 0, outside = 0, count = 0;
    return map >> inside >> outside >> count && count < UINT32_MAX;
}

}  // namespace

Error no_right(pid_t pid) {
    Error error{
        Error::Kind::no_permission, "no permission to read its stacks", fmt::format("PID {}", pid), {}};
    const auto user = user_of(pid);
    struct stat files {};
    const bool known = ::stat(fmt::format("/proc/{}", pid).c_str(), &files) == 0;
    const std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope", {});
    const bool may_ptrace = has_capability(CAP_SYS_PTRACE);
    const bool is_ours = known && files.st_uid == ::geteuid();
    const bool reads_all = has_capability(CAP_DAC_READ_SEARCH) || has_capability(CAP_DAC_OVERRIDE);
    if (may_ptrace && !is_ours && !reads_all) {
        error.hint =
            "CAP_DAC_READ_SEARCH is missing: the state of a thread is in a file that only its user can read";
    } else if (may_ptrace) {
        error.hint =
            in_user_namespace()
                ? "our CAP_SYS_PTRACE is valid only in our user namespace, and the process is outside it"
                : "a security module forbids it, though CAP_SYS_PTRACE is ours";
    } else if (::geteuid() == 0) {
        error.hint = "CAP_SYS_PTRACE is missing";
    } else if (user && *user != static_cast<std::int64_t>(::geteuid())) {
        error.hint =
            fmt::format("it is user {}'s: run as that user, with sudo, or with CAP_SYS_PTRACE", *user);
    } else if (known && files.st_uid != ::geteuid()) {
        error.hint = "it is not dumpable (set-user-ID, or prctl(PR_SET_DUMPABLE)): run with sudo";
    } else if (!scope.empty() && scope != "0") {
        error.hint =
            fmt::format("kernel.yama.ptrace_scope is {}: run with sudo, or with CAP_SYS_PTRACE", scope);
    } else {
        error.hint = "it holds more capabilities than we do, or a security module forbids it: run with sudo";
    }
    return error;
}

}  // namespace rampwatch::probe
