// SPDX-License-Identifier: MIT
#include "core/probe/errno_error.h"

#include <cerrno>
#include <cstring>

namespace rampwatch::probe {

Error errno_error(int number, const std::string& where) {
    switch (number) {
        case ENOENT:
            return {Error::Kind::not_found, "no such file", where, ""};
        case ESRCH:
            return {Error::Kind::gone, "the process has ended", where, ""};
        case EACCES:
        case EPERM:
            return {Error::Kind::no_permission, "not allowed", where,
                    "run as the same user, or with CAP_SYS_PTRACE"};
        default:
            return {Error::Kind::io, std::strerror(number), where, ""};
    }
}

}  // namespace rampwatch::probe
