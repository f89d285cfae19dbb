// SPDX-License-Identifier: MIT
#include "core/base/java_name.h"

#include "tests/catch.h"

using rampwatch::java_name;

TEST_CASE("names of Java lose what differs from run to run", "[base]") {
    CHECK(java_name("shop.Cart.add") == "shop.Cart.add");
    CHECK(java_name("shop.Cart.<init>") == "shop.Cart.<init>");
    CHECK(java_name("app//shop.Cart.add") == "shop.Cart.add");
    CHECK(java_name("java.base@17.0.9/java.lang.Object.wait") == "java.lang.Object.wait");
    CHECK(java_name("shop.Cart$$Lambda$14+0x0000000800c00a08.run") == "shop.Cart$$Lambda.run");
    CHECK(java_name("shop.Cart$$Lambda/0x00007f3c1c0032a0.run") == "shop.Cart$$Lambda.run");
    CHECK(java_name("java.lang.invoke.LambdaForm$DMH+0x00000008000c0c00.invokeStatic") ==
          "java.lang.invoke.LambdaForm$DMH.invokeStatic");
    CHECK(java_name("jdk.internal.reflect.GeneratedMethodAccessor12.invoke") ==
          "jdk.internal.reflect.GeneratedMethodAccessor.invoke");
}
