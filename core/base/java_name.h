// SPDX-License-Identifier: MIT
// Names of Java methods without what differs from run to run.
#pragma once

#include <string>
#include <string_view>

namespace rampwatch {

// "app//shop.Cart$$Lambda$30/0x00007f01.run" is "shop.Cart$$Lambda.run": without the loader and module before
// it, the address or number of a hidden class ("LambdaForm$DMH/0x00007f01.invokeStatic", "/455659000" before
// JDK 9, "+0x00007f01" inside the JVM), the number of a lambda and of a generated accessor. What stands
// behind a '(' stays as it is.
std::string java_name(std::string_view text);

}  // namespace rampwatch
