// SPDX-License-Identifier: MIT
//
// Every op, its value and its derivatives: a device's bits are the host's. NaNs are equal.
#include <gtest/gtest.h>

#include <string>

#include "cuda/device.h"
#include "cuda/ops_on_device.h"
#include "support/random_expression.h"

namespace levelgrad::testing {
namespace {

template <class T>
bool same(T host, T device) {
  return canonical_bits(host) == canonical_bits(device);
}

template <class T>
bool same(const OpResult<T>& host, const OpResult<T>& device) {
  return same(host.y, device.y) && same(host.da, device.da) && same(host.db, device.db) &&
         same(host.dc, device.dc);
}

template <class T>
std::string text(const OpPoint<T>& p, const OpResult<T>& r) {
  char line[400];
  std::snprintf(line, sizeof line, "a %a b %a c %a g %a: y %a da %a db %a dc %a", double(p.a),
                double(p.b), double(p.c), double(p.g), double(r.y), double(r.da), double(r.db),
                double(r.dc));
  return line;
}

template <class T>
class OpsOnDevice : public ::testing::Test {};
using Numbers = ::testing::Types<double, float>;
TYPED_TEST_SUITE(OpsOnDevice, Numbers);

TYPED_TEST(OpsOnDevice, HaveTheHostsBits) {
  LG_REQUIRE_DEVICE();
  const std::vector<OpPoint<TypeParam>> points = op_points<TypeParam>(4000);
  for (const Op op : all_ops) {
    const std::vector<OpResult<TypeParam>> device = run_on_device(op, points);
    dispatch(op, [&](auto o) {
      using O = decltype(o);
      int shown = 0;
      for (std::size_t i = 0; i < points.size() && shown < 3; ++i) {
        const OpResult<TypeParam> host = run_op<O>(points[i]);
        if (same(host, device[i])) continue;
        ADD_FAILURE() << O::symbol << "\n  host   " << text(points[i], host) << "\n  device "
                      << text(points[i], device[i]);
        ++shown;
      }
    });
  }
}

}  // namespace
}  // namespace levelgrad::testing
