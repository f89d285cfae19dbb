// SPDX-License-Identifier: MIT
// What a reader of reports was told, in a file of the reader's own: no reader has to write a history.
#pragma once

#include <map>
#include <string>

#include "core/base/error.h"
#include "core/model/told.h"

namespace rampwatch::store {

using ToldBook = std::map<std::string, Told>;  // by target

// A missing file is an empty book. What cannot be read of it is an Error; nothing is changed.
Result<ToldBook> load_told(const std::string& path);
Result<void> save_told(const std::string& path, const ToldBook& book);  // whole or not at all, 0600

}  // namespace rampwatch::store
