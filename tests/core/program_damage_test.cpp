// SPDX-License-Identifier: MIT
//
// Damaged and invented Program files: an error of ours or a valid Program, never a crash, never
// another Program than was written.
#include <gtest/gtest.h>

#include <random>

#include "fnv.h"
#include "levelgrad/error.h"
#include "levelgrad/program_text.h"
#include "support/sample_programs.h"

namespace levelgrad {
namespace {

/// Reads the bytes, which must be refused with a DataError or a ProgramError.
template <class Read>
void expect_refused(const Read& read, const std::string& bytes, const std::string& what) {
  try {
    (void)read(bytes, "f");
    ADD_FAILURE() << "not refused: " << what;
  } catch (const DataError&) {
  } catch (const ProgramError&) {
  }
}

TEST(ProgramDamage, EveryFlippedByteIsNoticed) {
  const std::string bytes = to_binary(testing::random_program(3));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const unsigned flip : {1U, 0x80U, 0xFFU}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flip);
      expect_refused(from_binary, damaged, "byte " + std::to_string(i));
      expect_refused(read_program, damaged, "byte " + std::to_string(i));
    }
  }
}

TEST(ProgramDamage, EveryCutIsNoticed) {
  const std::string bytes = to_binary(testing::random_program(4));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    expect_refused(from_binary, bytes.substr(0, size), "cut to " + std::to_string(size));
    expect_refused(read_program, bytes.substr(0, size), "cut to " + std::to_string(size));
  }
  expect_refused(from_binary, bytes + '\0', "one byte more");
  expect_refused(from_binary, bytes + bytes, "twice");
}

TEST(ProgramDamage, BinaryOfAnotherVersionSaysSo) {
  std::string bytes = to_binary(testing::random_program(5));
  const std::size_t version = bytes.find('\n') + 1;
  ASSERT_EQ(1, bytes[version]);
  bytes[version] = 2;
  try {
    (void)from_binary(bytes, "f");
    ADD_FAILURE() << "not refused";
  } catch (const DataError& error) {
    EXPECT_EQ("f: a Program of version 2, not 1", error.message());
    EXPECT_FALSE(error.hint().empty());
  }
}

/// Puts a right checksum behind damaged content: what only the reader of the fields can notice.
std::string with_checksum(std::string bytes) {
  bytes.resize(bytes.size() - 16);
  return bytes + detail::fnv1a_128(bytes);
}

TEST(ProgramDamage, FieldsAreCheckedBehindARightChecksum) {
  const Program program = testing::random_program(6);
  const std::string bytes = to_binary(program);
  std::mt19937_64 random(1);
  int accepted = 0;
  for (std::size_t i = 0; i + 16 < bytes.size(); ++i) {
    for (const unsigned flip : {1U, 0x80U, 0xFFU}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ flip);
      try {
        // What is left is what the hash does not count: initial numbers and source lines.
        EXPECT_EQ(program.hash(), from_binary(with_checksum(damaged), "f").hash());
        ++accepted;
      } catch (const DataError&) {
      } catch (const ProgramError&) {
      }
    }
  }
  EXPECT_GT(accepted, 0);
  for (std::size_t size = 16; size < bytes.size(); ++size) {
    expect_refused(from_binary, with_checksum(bytes.substr(0, size)), std::to_string(size));
  }
  std::string longer = bytes;
  longer.insert(longer.size() - 16, 1, 'x');
  expect_refused(from_binary, with_checksum(longer), "a byte more");
}

TEST(ProgramDamage, HugeCountsAllocateNothing) {
  // A count of 4 billion in each place of the content: refused before memory is asked for.
  const std::string bytes = to_binary(testing::random_program(7));
  for (std::size_t i = bytes.find('\n') + 5; i + 20 < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged.replace(i, 4, "\xFF\xFF\xFF\xFF");
    try {
      (void)from_binary(with_checksum(damaged), "f");  // bad_alloc would fail the test
    } catch (const DataError&) {
    } catch (const ProgramError&) {
    }
  }
}

/// A valid Program or an Error of ours.
template <class Read>
bool reads_or_refuses(const Read& read, const std::string& bytes) {
  try {
    const Program program = read(bytes, "f");
    EXPECT_EQ(program.hash(), parse_program(to_text(program), "again").hash()) << bytes;
    return true;
  } catch (const InternalError& error) {
    ADD_FAILURE() << error.what() << "\n" << bytes;
  } catch (const Error&) {
  }
  return false;
}

TEST(ProgramDamage, GarbageIsRefused) {
  std::mt19937_64 random(2);
  const std::string letters = "%0123456789 =\"\\;\n\r\tlevelgrad program parameter input Mul";
  for (int round = 0; round < 1000; ++round) {
    std::string text = round % 2 == 0 ? "levelgrad program 1\n" : "";
    std::string bytes = round % 2 == 0 ? to_binary(testing::random_program(0)).substr(0, 16) : "";
    for (std::size_t k = random() % 200; k-- > 0;) {
      text += letters[random() % letters.size()];
      bytes += static_cast<char>(random());
    }
    EXPECT_FALSE(reads_or_refuses(read_program, text)) << text;
    EXPECT_FALSE(reads_or_refuses(from_binary, bytes));
    EXPECT_FALSE(reads_or_refuses(from_binary, with_checksum(bytes + std::string(16, 'x'))));
    (void)reads_or_refuses(read_program, bytes);
  }
}

/// One random edit: characters changed, lines swapped, doubled or taken out.
std::string edited(const std::string& text, std::mt19937_64& random) {
  std::string result = text;
  const std::string letters = "%0123456789 =\"\\;\nMulAdxy.-e";
  const auto place = [&] { return static_cast<std::size_t>(random() % result.size()); };
  switch (random() % 5) {
    case 0:
      result[place()] = letters[random() % letters.size()];
      break;
    case 1:
      result.insert(place(), 1, letters[random() % letters.size()]);
      break;
    case 2:
      result.erase(place(), 1 + random() % 3);
      break;
    case 3: {  // a digit becomes another: most of these Programs are valid lines
      const std::size_t digit = result.find_first_of("0123456789", place());
      if (digit != std::string::npos) result[digit] = static_cast<char>('0' + random() % 10);
      break;
    }
    default: {
      const std::size_t begin = result.find('\n', place());
      if (begin == std::string::npos) break;
      const std::size_t size = std::min(result.find('\n', begin + 1), result.size()) - begin;
      const std::string line = result.substr(begin, size);
      if (random() % 2 == 0) result.erase(begin, size);
      if (random() % 2 == 0) result.insert(std::min(place(), result.size()), line);
    }
  }
  return result;
}

TEST(ProgramDamage, EditedTextsAreReadOrRefused) {
  std::mt19937_64 random(3);
  int read = 0;
  for (int round = 0; round < 2000; ++round) {
    const Program program = testing::random_program(static_cast<std::uint64_t>(round % 50),
                                                    {.prologue_ops = 2, .body_ops = 6});
    std::string text = to_text(program);
    // Without the hash, so that the rules of a Program are all that is left to notice.
    const bool with_hash = round % 4 == 0;
    if (!with_hash) text.erase(text.find("hash "), text.find("%0") - text.find("hash "));
    for (std::size_t edits = 1 + random() % 3; edits-- > 0;) text = edited(text, random);
    read += reads_or_refuses(parse_program, text);
  }
  EXPECT_GT(read, 200);
  EXPECT_LT(read, 1800);
}

TEST(ProgramDamage, WithItsHashATextIsTheProgramOrRefused) {
  std::mt19937_64 random(4);
  const Program program = testing::random_program(9);
  const std::string text = to_text(program);
  const std::size_t hash = text.find("hash ") + 5;
  for (int round = 0; round < 2000; ++round) {
    const std::string other = edited(text, random);
    if (other.find("hash " + program.hash()) != hash - 5) continue;  // it was the hash's line
    try {
      EXPECT_EQ(program.hash(), parse_program(other, "f").hash()) << other;
    } catch (const DataError&) {
    } catch (const ProgramError&) {
    }
  }
}

}  // namespace
}  // namespace levelgrad
