// SPDX-License-Identifier: MIT
#define CATCH_CONFIG_MAIN
#include "tests/catch.h"
#if RAMPWATCH_CATCH_MAJOR >= 3
int main(int argc, char** argv) { return Catch::Session().run(argc, argv); }
#endif
