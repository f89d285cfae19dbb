// SPDX-License-Identifier: MIT
// libcurl, loaded when it is first asked for something: it and the libraries that it brings along would cost
// every watch 6 MiB of resident memory and every start some 20 ms. For http*.cpp alone.
#pragma once

#include <curl/curl.h>

namespace rampwatch {

struct CurlLibrary {
    decltype(&::curl_easy_init) init = nullptr;
    decltype(&::curl_easy_setopt) set = nullptr;
    decltype(&::curl_easy_perform) perform = nullptr;
    decltype(&::curl_easy_getinfo) info = nullptr;
    decltype(&::curl_easy_strerror) text = nullptr;
    decltype(&::curl_easy_cleanup) cleanup = nullptr;
    decltype(&::curl_slist_append) append = nullptr;
    decltype(&::curl_slist_free_all) free_list = nullptr;
    decltype(&::curl_multi_init) multi_init = nullptr;
    decltype(&::curl_multi_add_handle) multi_add = nullptr;
    decltype(&::curl_multi_remove_handle) multi_remove = nullptr;
    decltype(&::curl_multi_perform) multi_perform = nullptr;
    decltype(&::curl_multi_poll) multi_poll = nullptr;
    decltype(&::curl_multi_info_read) multi_read = nullptr;
    decltype(&::curl_multi_cleanup) multi_cleanup = nullptr;
    decltype(&::curl_url) url = nullptr;
    decltype(&::curl_url_set) url_set = nullptr;
    decltype(&::curl_url_get) url_get = nullptr;
    decltype(&::curl_url_cleanup) url_cleanup = nullptr;
    decltype(&::curl_free) release = nullptr;
};

// Null where there is none. Never unloaded; from any thread.
const CurlLibrary* curl_library();

}  // namespace rampwatch
