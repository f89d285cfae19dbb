// SPDX-License-Identifier: MIT
// Any bytes as a saved dump: no crash, and what was read comes back the same when it is written and read
// again. Seeds: what `rampwatch dump --memory --format json` writes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/report/json_dump.h"
#include "core/report/text_diff.h"
#include "core/stacks/difference.h"
#include "core/store/saved_dump.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace rampwatch;
    const auto dump = store::read_dump({reinterpret_cast<const char*>(data), size});
    if (!dump) return 0;
    const auto again = store::read_dump(report::json_dump(*dump));
    if (!again || again->groups.size() != dump->groups.size()) std::abort();
    const Dump difference = stacks::difference(*dump, *again);
    static_cast<void>(report::text_diff(*dump, *again, difference, {}));
    static_cast<void>(report::text_dump(*dump, {}));
    return 0;
}
