// SPDX-License-Identifier: MIT
#include "levelgrad/host/sha256.h"

#include <gtest/gtest.h>

namespace levelgrad::host {
namespace {

// FIPS 180-4's examples, and the empty message.
TEST(Sha256, HasTheStandardsValues) {
  EXPECT_EQ("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", sha256_hex(""));
  EXPECT_EQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", sha256_hex("abc"));
  EXPECT_EQ("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
  EXPECT_EQ("cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
            sha256_hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                       "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"));
  EXPECT_EQ("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
            sha256_hex(std::string(1000000, 'a')));
}

TEST(Sha256, TakesPiecesAndBeginsAnew) {
  Sha256 hash;
  hash.add("a");
  hash.add("");
  hash.add("bc");
  EXPECT_EQ(sha256_hex("abc"), hash.take_hex());
  EXPECT_EQ(sha256_hex(""), hash.take_hex());
}

}  // namespace
}  // namespace levelgrad::host
