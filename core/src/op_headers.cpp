// SPDX-License-Identifier: MIT
#include "levelgrad/op_headers.h"

#include <array>

#include "embedded.h"

namespace levelgrad {

std::span<const OpHeader> op_headers() {
  using namespace embedded;
  static const std::array headers = {
      OpHeader{"levelgrad/fn.h", fn_h},
      OpHeader{"levelgrad/math/bits.h", bits_h},
      OpHeader{"levelgrad/math/exp.h", exp_h},
      OpHeader{"levelgrad/math/log.h", log_h},
      OpHeader{"levelgrad/math/erf.h", erf_h},
      OpHeader{"levelgrad/math/hyperbolic.h", hyperbolic_h},
      OpHeader{"levelgrad/math/pow.h", pow_h},
      OpHeader{"levelgrad/math/pow_const.h", pow_const_h},
      OpHeader{"levelgrad/math/softplus.h", softplus_h},
      OpHeader{"levelgrad/math/rem_pio2.h", rem_pio2_h},
      OpHeader{"levelgrad/math/trig.h", trig_h},
      OpHeader{"levelgrad/math.h", math_h},
      OpHeader{"levelgrad/ops.h", ops_h},
      OpHeader{"levelgrad/optimizers.h", optimizers_h},
      OpHeader{"levelgrad/clipping.h", clipping_h},
  };
  return headers;
}

}  // namespace levelgrad
