// SPDX-License-Identifier: MIT
// Of the portable build alone. A static program must load nothing at run time: the libraries of the host that
// it runs on are made for another C library. So libproc2's libnuma, elfutils' debuginfod and SQLite's
// extensions are not to be had, and the name service is not asked: users stay numbers. libproc2's archive
// also wants seven functions of libsystemd, for columns that we never ask for.
#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>

#include <cerrno>

extern "C" {

void* dlopen(const char*, int) noexcept { return nullptr; }
void* dlsym(void*, const char*) noexcept { return nullptr; }
int dlclose(void*) noexcept { return 0; }
char* dlerror() noexcept {
    static char text[] = "a portable rampwatch loads nothing";
    return text;
}

passwd* getpwuid(uid_t) { return nullptr; }
group* getgrgid(gid_t) { return nullptr; }

int sd_pid_get_machine_name(pid_t, char**) { return -ENODATA; }
int sd_pid_get_owner_uid(pid_t, uid_t*) { return -ENODATA; }
int sd_pid_get_session(pid_t, char**) { return -ENODATA; }
int sd_pid_get_slice(pid_t, char**) { return -ENODATA; }
int sd_pid_get_unit(pid_t, char**) { return -ENODATA; }
int sd_pid_get_user_unit(pid_t, char**) { return -ENODATA; }
int sd_session_get_seat(const char*, char**) { return -ENODATA; }

}  // extern "C"
