// SPDX-License-Identifier: MIT
#include "levelgrad/op_table.h"

#include <gtest/gtest.h>

#include "support/golden.h"

namespace levelgrad {
namespace {

TEST(OpTable, IsTheOneInTheDocs) { testing::expect_golden("core/OPS.md", op_table_markdown()); }

}  // namespace
}  // namespace levelgrad
