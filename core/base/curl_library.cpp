// SPDX-License-Identifier: MIT
#if defined(RAMPWATCH_CURL)
#include "core/base/curl_library.h"

#include <dlfcn.h>

#include <array>
#include <memory>

namespace rampwatch {
namespace {

template <class Function>
bool find(void* library, const char* name, Function& into) {
    into = reinterpret_cast<Function>(::dlsym(library, name));
    return into != nullptr;
}

bool find_all(void* library, CurlLibrary& curl) {
    decltype(&::curl_global_init) begin = nullptr;
    return find(library, "curl_global_init", begin) && begin(CURL_GLOBAL_DEFAULT) == CURLE_OK &&
           find(library, "curl_easy_init", curl.init) && find(library, "curl_easy_setopt", curl.set) &&
           find(library, "curl_easy_perform", curl.perform) &&
           find(library, "curl_easy_getinfo", curl.info) && find(library, "curl_easy_strerror", curl.text) &&
           find(library, "curl_easy_cleanup", curl.cleanup) &&
           find(library, "curl_slist_append", curl.append) &&
           find(library, "curl_slist_free_all", curl.free_list) &&
           find(library, "curl_multi_init", curl.multi_init) &&
           find(library, "curl_multi_add_handle", curl.multi_add) &&
           find(library, "curl_multi_remove_handle", curl.multi_remove) &&
           find(library, "curl_multi_perform", curl.multi_perform) &&
           find(library, "curl_multi_poll", curl.multi_poll) &&
           find(library, "curl_multi_info_read", curl.multi_read) &&
           find(library, "curl_multi_cleanup", curl.multi_cleanup) && find(library, "curl_url", curl.url) &&
           find(library, "curl_url_set", curl.url_set) && find(library, "curl_url_get", curl.url_get) &&
           find(library, "curl_url_cleanup", curl.url_cleanup) && find(library, "curl_free", curl.release);
}

}  // namespace

const CurlLibrary* curl_library() {
    static const auto loaded = []() -> std::unique_ptr<CurlLibrary> {
        constexpr std::array<const char*, 2> kNames = {"libcurl.so.4", "libcurl-gnutls.so.4"};
        for (const char* name : kNames) {
            void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
            if (library == nullptr) continue;
            auto curl = std::make_unique<CurlLibrary>();
            if (find_all(library, *curl)) return curl;
        }
        return nullptr;
    }();
    return loaded.get();
}

}  // namespace rampwatch
#endif
